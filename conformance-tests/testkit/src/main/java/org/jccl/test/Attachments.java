package org.jccl.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jccl.ReportedMisuse;

/**
 * The files of a failed schedule: trace, timeline, findings. They lie in the build's folder, {@code
 * target/jccl-test} or {@code build/jccl-test}; where there is neither, nothing is written.
 */
final class Attachments {
  private static final String FOLDER = "jccl-test";
  private static final int MOST_CHARACTERS = 80;

  private final Path folder;
  private final boolean wanted;
  private boolean written;

  Attachments(TestBody body, Schedule schedule) {
    Path build = Path.of(Files.isDirectory(Path.of("build")) ? "build" : "target");
    this.wanted = Files.isDirectory(build);
    this.folder = build.resolve(FOLDER).resolve(body.name()).resolve(fileName(schedule));
  }

  /** Choices may be longer than a name may be. */
  private static String fileName(Schedule schedule) {
    String name = schedule.toString().replaceAll("[^\\w.=,()-]+", "_");
    return name.length() <= MOST_CHARACTERS
        ? name
        : name.substring(0, MOST_CHARACTERS) + "_" + Integer.toHexString(name.hashCode());
  }

  /** Makes the folder; false if nothing can be written. */
  boolean open() {
    if (wanted) {
      try {
        Files.createDirectories(folder);
        written = true;
      } catch (IOException notThere) {
        written = false; // The failure itself is told all the same.
      }
    }
    return written;
  }

  boolean isWritten() {
    return written;
  }

  Path folder() {
    return folder;
  }

  Path timeline() {
    return folder.resolve("timeline.json");
  }

  Path trace() {
    return folder.resolve("trace.jsonl");
  }

  void findings(List<ReportedMisuse> findings) {
    try {
      Files.writeString(folder.resolve("findings.sarif"), Sarif.of(findings));
      Files.writeString(folder.resolve("findings.json"), FindingsJson.of(findings));
    } catch (IOException cut) {
      written = false;
    }
  }
}
