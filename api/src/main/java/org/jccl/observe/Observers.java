package org.jccl.observe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jccl.CallListener;

/**
 * The observers that a process asks for without a change of its program: {@code
 * -Djccl.observe=recorder,jfr,counters,nan,hash,crosscheck} (those that it needs), or the
 * environment variable {@code JCCL_OBSERVE}. The recorder writes into {@code -Djccl.recorder.dir},
 * else {@code JCCL_RECORDER_DIR}, else the directory {@code jccl-flights}.
 */
public final class Observers {
  private Observers() {}

  /**
   * {@return what the process asks for; empty if nothing}
   *
   * @throws IllegalArgumentException if it asks for something that there is not
   */
  public static List<CallListener.Factory> wanted() {
    return named(setting("jccl.observe", "JCCL_OBSERVE", ""));
  }

  /**
   * {@return the observers of a list of names}
   *
   * @param names {@code recorder}, {@code jfr}, {@code counters}, {@code nan}, {@code hash}, {@code
   *     crosscheck}, with commas between them; the last two may say every how many collectives
   *     ranks compare: {@code crosscheck:8}
   * @throws IllegalArgumentException if there is no such observer
   */
  public static List<CallListener.Factory> named(String names) {
    List<CallListener.Factory> made = new ArrayList<>();
    for (String each : names.split(",", -1)) {
      if (!each.isBlank()) {
        made.add(one(each.strip()));
      }
    }
    return made;
  }

  private static CallListener.Factory one(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    return switch (name) {
      case "hash" ->
          colon < 0 ? new ResultHash() : ResultHash.every(number(text, text.substring(colon + 1)));
      case "crosscheck" ->
          colon < 0
              ? new CrossRankCheck()
              : CrossRankCheck.every(number(text, text.substring(colon + 1)));
      default -> plain(text);
    };
  }

  private static CallListener.Factory plain(String name) {
    return switch (name) {
      case "jfr" -> new JfrEvents();
      case "counters" -> new CallCounters();
      case "nan" -> new NanCheck();
      case "recorder" ->
          FlightRecorder.builder()
              .directory(Path.of(setting("jccl.recorder.dir", "JCCL_RECORDER_DIR", "jccl-flights")))
              .torch(
                  Boolean.parseBoolean(setting("jccl.recorder.torch", "JCCL_RECORDER_TORCH", "")))
              .build();
      default ->
          throw new IllegalArgumentException(
              "jccl.observe: '"
                  + name
                  + "' is none of recorder, jfr, counters, nan, hash, crosscheck");
    };
  }

  private static int number(String whole, String digits) {
    try {
      int every = Integer.parseInt(digits);
      if (every > 0) {
        return every;
      }
    } catch (NumberFormatException none) {
      // told below
    }
    throw new IllegalArgumentException(
        "jccl.observe: '" + whole + "': after the colon stands a number of collectives, 1 or more");
  }

  private static String setting(String property, String variable, String otherwise) {
    String given = System.getProperty(property, System.getenv(variable));
    return given == null || given.isBlank() ? otherwise : given;
  }
}
