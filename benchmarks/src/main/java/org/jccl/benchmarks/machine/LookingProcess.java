package org.jccl.benchmarks.machine;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jccl.CleanText;

/**
 * A process that looks at what may end it, as a broken driver can.
 *
 * @param output its answer; all that it has said, where it has given none
 * @param complaints what it has said to standard error
 * @param fate how it ended, if not as it should; empty if it came back
 */
public record LookingProcess(String output, String complaints, String fate) {
  /** What such a process writes before its answer: all before it may be a driver's. */
  public static final String ANSWER = "\n@jccl the answer\n";

  private static final int SIGNALLED = 128;
  private static final int MOST_BYTES = 1 << 20;
  private static final int LAST_LINES = 10;

  /**
   * Runs it to its end. It has come back if it has ended with 0 and given its {@link #ANSWER}: a
   * library may end it with 0, too.
   *
   * @param command what is run
   * @param limit how long it may take; it is killed then
   */
  public static LookingProcess of(List<String> command, Duration limit) {
    try {
      Process process = new ProcessBuilder(command).redirectInput(new File("/dev/null")).start();
      Heard said = Heard.of(process.getInputStream());
      Heard complained = Heard.of(process.getErrorStream());
      try {
        boolean ended = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
        if (!ended) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.toHandle().destroyForcibly(); // unlike the process, it leaves what was said
        }
        String fate = ended ? fate(process.waitFor()) : hung(limit);
        String all = said.text();
        int answer = all.lastIndexOf(ANSWER);
        String crash = crash(all);
        if (!fate.isEmpty() && !crash.isEmpty()) {
          fate = crash;
        } else if (fate.isEmpty() && answer < 0) {
          fate = "ended with exit code 0 and without an answer";
        }
        String output = fate.isEmpty() ? all.substring(answer + ANSWER.length()) : all;
        return new LookingProcess(output, complained.text(), fate);
      } catch (InterruptedException interrupt) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
        return new LookingProcess("", "", "was interrupted");
      }
    } catch (IOException none) {
      return new LookingProcess("", "", "could not be started: " + CleanText.messageOf(none));
    }
  }

  /** One of its outputs, read as it comes. */
  private record Heard(Thread reader, ByteArrayOutputStream bytes) {
    static Heard of(InputStream from) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      return new Heard(Thread.ofPlatform().daemon().start(() -> read(from, bytes)), bytes);
    }

    private static void read(InputStream from, ByteArrayOutputStream to) {
      byte[] some = new byte[8192];
      try (from) {
        for (int n = from.read(some); n >= 0; n = from.read(some)) {
          synchronized (to) {
            to.write(some, 0, Math.min(n, Math.max(0, MOST_BYTES - to.size())));
          }
        }
      } catch (IOException gone) {
        // It was killed: what it has said has been read.
      }
    }

    String text() throws InterruptedException {
      reader.join(Duration.ofSeconds(2));
      synchronized (bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
      }
    }
  }

  private static String hung(Duration limit) {
    return "was killed, since it had not come back in " + limit.toSeconds() + " s";
  }

  private static String fate(int code) {
    if (code == 0) {
      return "";
    }
    boolean isSignal = code > SIGNALLED && code <= SIGNALLED + 64;
    return isSignal ? "was ended by signal " + (code - SIGNALLED) : "ended with exit code " + code;
  }

  /** What a JVM that has crashed said of it: the signal and the place; empty if it has not. */
  private static String crash(String said) {
    String signal = "";
    for (String line : said.lines().map(String::strip).toList()) {
      if (signal.isEmpty() && line.startsWith("#  SIG")) {
        signal = "crashed with " + CleanText.line(line.substring(1).strip().split(" at pc", 2)[0]);
      } else if (!signal.isEmpty() && line.matches("# [CVJj] +\\[?.*")) {
        return signal + " in " + CleanText.line(line.substring(4).strip());
      }
    }
    return signal;
  }

  /** What it said last, fit to be shown. */
  public List<String> lastLines() {
    List<String> lines =
        (output + "\n" + complaints)
            .lines()
            .filter(line -> !line.isBlank() && !line.startsWith("#")) // a JVM's words on a crash
            .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
            .toList();
    return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()).stream()
        .map(CleanText::line)
        .toList();
  }
}
