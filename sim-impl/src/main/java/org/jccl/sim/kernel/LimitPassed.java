package org.jccl.sim.kernel;

import java.util.List;

/** A wait has come to the end of its time; whoever has set the limit catches this. */
public final class LimitPassed extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String words;

  LimitPassed(Wait what) {
    this(wordsOf(what));
  }

  private LimitPassed(String words) {
    super(words, null, false, false);
    this.words = words;
  }

  /** What was waited for. */
  public String words() {
    return words;
  }

  private static String wordsOf(Wait what) {
    List<Integer> absent = what.root().ranks();
    return "it waits for "
        + what.describe()
        + (absent.isEmpty()
            ? ""
            : absent.size() == 1
                ? ", and so for rank " + absent.getFirst()
                : ", and so for ranks " + absent);
  }
}
