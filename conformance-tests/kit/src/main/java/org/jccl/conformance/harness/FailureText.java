package org.jccl.conformance.harness;

/** Failures in words that fit a report. */
final class FailureText {
  private static final int FRAMES = 8;

  private FailureText() {}

  static String of(Throwable failure) {
    StringBuilder text = new StringBuilder(failure.toString().strip().replace("\n", "\n    "));
    StackTraceElement[] frames = failure.getStackTrace();
    for (int i = 0; i < Math.min(frames.length, FRAMES); i++) {
      text.append("\n      at ").append(frames[i]);
    }
    if (failure.getCause() != null) {
      text.append("\n    caused by ").append(failure.getCause());
    }
    return text.toString();
  }
}
