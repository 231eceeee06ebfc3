package org.jccl.conformance.book;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One rule of the book.
 *
 * @param id its id: {@code COL-02}
 * @param chapter the chapter it stands in: {@code 6. Collectives}
 * @param title what it says in a few words
 * @param verdict whether it must hold
 * @param surface where it is shown
 * @param since version code of the first NCCL that it is about: {@code 21901}
 * @param until version code of the first NCCL that it no longer holds for; else the largest int
 * @param simulatorOnly whether the simulator alone can show it
 * @param gpus how many GPUs show it, real or simulated
 * @param safety what its misuse does to real NCCL
 * @param process whether its test needs a process of its own
 * @param text all paragraphs but the reason why it is untestable
 * @param untestable why no test can show it; empty unless the verdict says so
 */
public record Rule(
    String id,
    String chapter,
    String title,
    Verdict verdict,
    Surface surface,
    int since,
    int until,
    boolean simulatorOnly,
    int gpus,
    Safety safety,
    boolean process,
    String text,
    String untestable) {
  private static final Pattern TEST =
      Pattern.compile("(?:required|optional)_([A-Z0-9]+)_(\\d\\d)_\\w+");
  private static final Pattern VERSION = Pattern.compile("([2-9])\\.(\\d\\d?)\\.(\\d\\d?)");

  /** The rule in the name of a test: {@code COL-10} in {@code required_COL_10_allReduce…}. */
  public static Optional<String> idIn(String test) {
    Matcher name = TEST.matcher(test);
    return name.matches() ? Optional.of(name.group(1) + "-" + name.group(2)) : Optional.empty();
  }

  /** The code of a version in words: 22902 for {@code 2.29.2}; empty if it is none. */
  public static OptionalInt version(String words) {
    Matcher parts = VERSION.matcher(words);
    return parts.matches()
        ? OptionalInt.of(
            Integer.parseInt(parts.group(1)) * 10_000
                + Integer.parseInt(parts.group(2)) * 100
                + Integer.parseInt(parts.group(3)))
        : OptionalInt.empty();
  }

  /** Whether a rule must hold. */
  public enum Verdict {
    /** It must hold wherever it is tested. */
    REQUIRED,
    /** NCCL leaves it open; jccl documents what it does. */
    OPTIONAL,
    /** No test can show it, for the reason given. */
    UNTESTABLE
  }

  /** Where a rule is shown. */
  public enum Surface {
    /** In the Java interface. */
    TYPED,
    /** In the C-shaped interface. */
    RAW,
    /** In both. */
    BOTH
  }

  /** What the misuse beside a rule does to real NCCL. */
  public enum Safety {
    /** The whole rule may be tested. */
    SAFE,
    /** It may be tested, and takes tens of seconds. */
    SLOW,
    /** It returns, but leaves its thread, communicator or process unusable. */
    LEAK,
    /** It never returns: only the legal half is tested. */
    HANG,
    /** It may end the process: only the legal half is tested. */
    CRASH,
    /** Anything may come out: only the legal half is tested. */
    UNDEFINED
  }

  /** The letters before the number: {@code COL}. */
  public String prefix() {
    return id.substring(0, id.indexOf('-'));
  }

  /** Its number within its prefix: 2 for {@code COL-02}. */
  public int number() {
    return Integer.parseInt(id.substring(id.indexOf('-') + 1));
  }

  /**
   * The paragraph of its text that begins with {@code *head:*}, on one line; empty if none does.
   */
  public String paragraph(String head) {
    String mark = "*" + head + ":*";
    return Stream.of(text.split("\n\n"))
        .filter(each -> each.startsWith(mark))
        .findFirst()
        .map(each -> each.substring(mark.length()).strip().replaceAll("\\s+", " "))
        .orElse("");
  }

  /** Whether an NCCL of version code {@code version} keeps it. */
  public boolean holdsIn(int version) {
    return since <= version && version < until;
  }

  @Override
  public String toString() {
    return id + " " + title;
  }
}
