package org.jccl.conformance.misuse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jccl.MisuseKind;
import org.jspecify.annotations.Nullable;

/**
 * One row of chapter 11: a program that misuses NCCL and its smallest legal neighbour.
 *
 * @param id as in {@code SIM-07}
 * @param title the misuse in a few words
 * @param rule what the rule book says that NCCL does
 * @param threads rank threads that run the programs
 * @param devices devices that they need; with fewer than threads there are fewer ranks
 * @param since version code of NCCL that first has what the programs call
 * @param strict whether it is an error in the simulator's strict mode only
 * @param expected what the simulator must say
 * @param unprovokable why NCCL cannot be brought to it by C-shaped calls, or null
 * @param misuse what is wrong
 * @param neighbour what is right
 */
public record MisuseCase(
    String id,
    String title,
    String rule,
    int threads,
    int devices,
    int since,
    boolean strict,
    Expected expected,
    @Nullable String unprovokable,
    Program misuse,
    Program neighbour) {
  /** The two programs of a row. */
  public enum Part {
    /** The wrong one. */
    MISUSE,
    /** The right one. */
    NEIGHBOUR;

    /** As in tables. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What one rank's thread runs. */
  @FunctionalInterface
  public interface Program {
    /** Runs as {@code rank}; what it sees is noted, what it throws too. */
    void run(MisuseRank rank) throws Exception;
  }

  /**
   * What the simulator must say.
   *
   * @param kinds reports of which the first one must be any; none if a code says it all
   * @param code result code that a call must return; 0 if there is a report
   * @param ranks ranks that the report must name; none if the row has no sides
   * @param words what its text must contain
   */
  public record Expected(
      List<MisuseKind> kinds, int code, List<Integer> ranks, List<String> words) {
    /** Copies the lists. */
    public Expected {
      kinds = List.copyOf(kinds);
      ranks = List.copyOf(ranks);
      words = List.copyOf(words);
    }

    @Override
    public String toString() {
      if (kinds.isEmpty()) {
        return "code " + code;
      }
      List<String> names = new ArrayList<>();
      kinds.forEach(kind -> names.add(kind.name()));
      return "report " + String.join(" or ", names);
    }
  }

  /** The program of one part. */
  public Program program(Part part) {
    return part == Part.MISUSE ? misuse : neighbour;
  }

  /** A row that has a number only so far. */
  static Builder of(int number, String title) {
    return new Builder("SIM-%02d".formatted(number), title);
  }

  /** An open point of the book, which is no misuse: how it ends is the question. */
  static Builder question(String id, String title) {
    return new Builder(id, title);
  }

  /** Collects a row; two ranks on two devices unless told otherwise. */
  static final class Builder {
    private final String id;
    private final String title;
    private String rule = "";
    private int threads = 2;
    private int devices = 2;
    private int since;
    private boolean strict;
    private List<MisuseKind> kinds = List.of();
    private int code;
    private List<Integer> ranks = List.of();
    private List<String> words = List.of();
    private @Nullable String unprovokable;
    private Program misuse = rank -> {};

    private Builder(String id, String title) {
      this.id = id;
      this.title = title;
    }

    Builder rule(String value) {
      rule = value;
      return this;
    }

    /** Rank threads, each with a device. */
    Builder ranks(int value) {
      threads = value;
      devices = value;
      return this;
    }

    /** Fewer devices also do; with them there are fewer ranks. */
    Builder atLeast(int value) {
      devices = value;
      return this;
    }

    /** One thread that uses so many devices. */
    Builder oneThread(int value) {
      threads = 1;
      devices = value;
      return this;
    }

    Builder since(int version) {
      since = version;
      return this;
    }

    Builder strict() {
      strict = true;
      return this;
    }

    Builder reports(MisuseKind... values) {
      kinds = List.of(values);
      return this;
    }

    Builder code(int value) {
      code = value;
      return this;
    }

    Builder naming(Integer... values) {
      ranks = List.of(values);
      return this;
    }

    Builder saying(String... values) {
      words = List.of(values);
      return this;
    }

    Builder notOnNccl(String reason) {
      unprovokable = reason;
      return this;
    }

    Builder misuse(Program value) {
      misuse = value;
      return this;
    }

    MisuseCase neighbour(Program value) {
      Expected expected = new Expected(kinds, code, ranks, words);
      return new MisuseCase(
          id, title, rule, threads, devices, since, strict, expected, unprovokable, misuse, value);
    }
  }
}
