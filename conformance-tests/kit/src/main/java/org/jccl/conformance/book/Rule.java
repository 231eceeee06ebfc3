package org.jccl.conformance.book;

import java.util.OptionalInt;

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
 * @param gpus how many GPUs show it on real NCCL; empty if the simulator alone can
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
    OptionalInt gpus,
    Safety safety,
    boolean process,
    String text,
    String untestable) {

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

  /** Whether an NCCL of version code {@code version} keeps it. */
  public boolean holdsIn(int version) {
    return since <= version && version < until;
  }

  @Override
  public String toString() {
    return id + " " + title;
  }
}
