package org.jccl.observe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jccl.CallListener;

/**
 * The observers that a process asks for without a change of its program: {@code
 * -Djccl.observe=recorder,jfr,counters}, or the environment variable {@code JCCL_OBSERVE}. The
 * recorder writes into {@code -Djccl.recorder.dir}, else {@code JCCL_RECORDER_DIR}, else the
 * directory {@code jccl-flights}.
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
   * @param names {@code recorder}, {@code jfr}, {@code counters}, with commas between them
   * @throws IllegalArgumentException if there is no such observer
   */
  public static List<CallListener.Factory> named(String names) {
    List<CallListener.Factory> made = new ArrayList<>();
    for (String name : names.split(",", -1)) {
      switch (name.strip()) {
        case "" -> {}
        case "jfr" -> made.add(new JfrEvents());
        case "counters" -> made.add(new CallCounters());
        case "recorder" ->
            made.add(
                FlightRecorder.builder()
                    .directory(
                        Path.of(setting("jccl.recorder.dir", "JCCL_RECORDER_DIR", "jccl-flights")))
                    .build());
        default ->
            throw new IllegalArgumentException(
                "jccl.observe: '" + name.strip() + "' is none of recorder, jfr, counters");
      }
    }
    return made;
  }

  private static String setting(String property, String variable, String otherwise) {
    String given = System.getProperty(property, System.getenv(variable));
    return given == null || given.isBlank() ? otherwise : given;
  }
}
