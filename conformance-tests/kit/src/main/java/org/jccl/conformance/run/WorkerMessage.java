package org.jccl.conformance.run;

import java.util.Locale;
import java.util.Map;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.jspecify.annotations.Nullable;

/** The lines by which a {@link Worker} tells its {@link Supervisor} how far it is. */
sealed interface WorkerMessage {
  /** The last line. */
  String END = "@jccl\tend";

  /** How many fields the lines have. */
  Map<String, Integer> FIELDS = Map.of("started", 3, "ended", 6, "end", 2);

  /** A method has begun. */
  record Started(String method) implements WorkerMessage {}

  /** A method has ended. */
  record Ended(RuleResult result) implements WorkerMessage {}

  /** All methods have ended. */
  record Done() implements WorkerMessage {}

  private static String line(String... fields) {
    StringBuilder text = new StringBuilder("@jccl");
    for (String field : fields) {
      text.append('\t')
          .append(
              field
                  .replace("\\", "\\\\")
                  .replace("\t", "\\t")
                  .replace("\n", "\\n")
                  .replace("\r", "\\r"));
    }
    return text.toString();
  }

  /** The line that says that {@code method} begins. */
  static String started(String method) {
    return line("started", method);
  }

  /** The line that says what came out of a method. */
  static String ended(RuleResult result) {
    String outcome = result.outcome().name().toLowerCase(Locale.ROOT);
    return line("ended", result.method(), outcome, "" + result.millis(), result.words());
  }

  /** What a line of the worker's output says, or null if it is something else's or torn. */
  static @Nullable WorkerMessage of(String line) {
    String[] fields = line.split("\t", -1);
    if (!fields[0].equals("@jccl") || fields.length < 2) {
      return null;
    }
    int expected = FIELDS.getOrDefault(fields[1], 0);
    if (fields.length != expected) {
      return null;
    }
    for (int i = 2; i < fields.length; i++) {
      fields[i] = plain(fields[i]);
    }
    return switch (fields[1]) {
      case "started" -> new Started(fields[2]);
      case "ended" -> new Ended(result(fields));
      case "end" -> new Done();
      default -> null;
    };
  }

  private static RuleResult result(String[] fields) {
    Outcome outcome = Outcome.valueOf(fields[3].toUpperCase(Locale.ROOT));
    return new RuleResult(fields[2], outcome, Long.parseLong(fields[4]), fields[5]);
  }

  private static String plain(String field) {
    StringBuilder text = new StringBuilder(field.length());
    for (int i = 0; i < field.length(); i++) {
      char each = field.charAt(i);
      if (each == '\\' && i + 1 < field.length()) {
        char next = field.charAt(++i);
        text.append(next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' : next);
      } else {
        text.append(each);
      }
    }
    return text.toString();
  }
}
