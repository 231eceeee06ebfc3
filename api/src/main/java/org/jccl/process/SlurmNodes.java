package org.jccl.process;

/** Slurm's way to write host names: {@code gpu[003-005,9],login1}. */
final class SlurmNodes {
  private SlurmNodes() {}

  /**
   * {@return the first host of a list}
   *
   * @throws IllegalArgumentException if it is no such list
   */
  static String first(String list) {
    StringBuilder host = new StringBuilder();
    String text = list.strip();
    int at = 0;
    while (at < text.length() && text.charAt(at) != ',') {
      char c = text.charAt(at);
      if (c == '[') {
        int end = text.indexOf(']', at);
        if (end < 0) {
          throw bad(list);
        }
        host.append(firstNumber(text.substring(at + 1, end), list));
        at = end + 1;
      } else {
        if (!isOfAHostName(c)) {
          throw bad(list);
        }
        host.append(c);
        at++;
      }
    }
    if (host.isEmpty()) {
      throw bad(list);
    }
    return host.toString();
  }

  /** {@code 003} of {@code 003-005,9}: with its leading zeros. */
  private static String firstNumber(String numbers, String list) {
    int end = 0;
    while (end < numbers.length() && Character.isDigit(numbers.charAt(end))) {
      end++;
    }
    boolean ends = end == numbers.length() || "-,".indexOf(numbers.charAt(end)) >= 0;
    if (end == 0 || !ends) {
      throw bad(list);
    }
    return numbers.substring(0, end);
  }

  private static boolean isOfAHostName(char c) {
    return Character.isLetterOrDigit(c) || c == '-' || c == '.' || c == '_';
  }

  private static IllegalArgumentException bad(String list) {
    return new IllegalArgumentException("'" + list + "' is no list of hosts as Slurm writes it");
  }
}
