package org.jccl.conformance.harness;

/** Marks verdicts in colour where a person looks, and leaves them alone in files and pipes. */
public enum Colors {
  /** By the escape sequences of terminals. */
  ON,
  /** Words stay as they are. */
  OFF;

  private static final String GREEN = "32";
  private static final String RED = "1;31";
  private static final String YELLOW = "33";

  /**
   * {@return words that tell of something right}
   *
   * @param words the words
   */
  public String good(String words) {
    return in(GREEN, words);
  }

  /**
   * {@return words that tell of something wrong}
   *
   * @param words the words
   */
  public String bad(String words) {
    return in(RED, words);
  }

  /**
   * {@return words that tell of something not done}
   *
   * @param words the words
   */
  public String open(String words) {
    return in(YELLOW, words);
  }

  private String in(String color, String words) {
    return this == OFF || words.isEmpty() ? words : "\033[" + color + "m" + words + "\033[0m";
  }
}
