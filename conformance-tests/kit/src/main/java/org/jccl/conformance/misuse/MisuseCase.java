package org.jccl.conformance.misuse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jccl.MisuseKind;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;

/**
 * One row of chapter 11: a program that misuses NCCL and its smallest legal neighbour.
 *
 * @param id as in {@code SIM-07}
 * @param title the misuse in a few words, as the rule book has it
 * @param onNccl what the rule book says that NCCL does
 * @param alsoShows other rules of the book that it shows
 * @param threads rank threads that run the programs
 * @param devices devices that they need; with fewer than threads there are fewer ranks
 * @param since version code of NCCL that first has what the programs call
 * @param strict whether it is an error in the simulator's strict mode only
 * @param expected what the simulator must say
 * @param misuse what is wrong
 * @param neighbour what is right
 */
public record MisuseCase(
    String id,
    String title,
    String onNccl,
    List<String> alsoShows,
    int threads,
    int devices,
    int since,
    boolean strict,
    Expected expected,
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

  /** Both programs of a row. */
  @FunctionalInterface
  interface Pair {
    /** Runs the misuse, or the same without it. */
    void run(MisuseRank rank, boolean wrong) throws Exception;
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

  /**
   * A row of the book, which says what it is called, since when it can be made, and what NCCL and
   * the simulator make of it.
   */
  static Builder of(String id) {
    return new Builder(RuleBook.load().rule(id));
  }

  /** An open point of the book, which is no misuse: how it ends is the question. */
  static Builder question(String id, String title, String onNccl) {
    return new Builder(id, title, onNccl);
  }

  /** Collects a row; two ranks on two devices unless told otherwise. */
  static final class Builder {
    private static final Map<String, Integer> CODES =
        Map.of("InvalidArgument", 4, "InvalidUsage", 5, "RemoteError", 6);
    private static final Pattern WORD = Pattern.compile("`(\\w+)`");

    private final String id;
    private final String title;
    private final String onNccl;
    private List<String> alsoShows = List.of();
    private int threads = 2;
    private int devices = 2;
    private int since;
    private boolean strict;
    private List<MisuseKind> kinds = List.of();
    private int code;
    private List<Integer> ranks = List.of();
    private List<String> words = List.of();
    private Program misuse = rank -> {};

    private Builder(String id, String title, String onNccl) {
      this.id = id;
      this.title = title;
      this.onNccl = onNccl;
    }

    private Builder(Rule rule) {
      this(rule.id(), rule.title(), rule.paragraph("NCCL"));
      since = rule.since();
      List<String> answers =
          WORD.matcher(rule.paragraph("Simulator")).results().map(word -> word.group(1)).toList();
      kinds = Stream.of(MisuseKind.values()).filter(kind -> answers.contains(kind.name())).toList();
      code = answers.stream().mapToInt(word -> CODES.getOrDefault(word, 0)).max().orElse(0);
    }

    Builder alsoShows(String... rules) {
      alsoShows = List.of(rules);
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

    /** Reports that answer it here, where the book leaves a choice or another one may be first. */
    Builder reports(MisuseKind... values) {
      kinds = List.of(values);
      code = 0;
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

    Builder misuse(Program value) {
      misuse = value;
      return this;
    }

    /** One program that is either. */
    MisuseCase pair(Pair value) {
      return misuse(rank -> value.run(rank, true)).neighbour(rank -> value.run(rank, false));
    }

    MisuseCase neighbour(Program value) {
      Expected expected = new Expected(kinds, code, ranks, words);
      return new MisuseCase(
          id, title, onNccl, alsoShows, threads, devices, since, strict, expected, misuse, value);
    }
  }
}
