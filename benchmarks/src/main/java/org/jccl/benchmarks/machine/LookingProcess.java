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
 * @param output what it has said
 * @param complaints what it has said to standard error
 * @param fate how it ended, if not as it should; empty if it came back
 */
public record LookingProcess(String output, String complaints, String fate) {
  private static final int SIGNALLED = 128;
  private static final int MOST_BYTES = 1 << 20;
  private static final int LAST_LINES = 10;

  /**
   * Runs it to its end.
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
        return new LookingProcess(said.text(), complained.text(), fate);
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

  /** What it said last, fit to be shown. */
  public List<String> lastLines() {
    List<String> lines =
        (output + "\n" + complaints).lines().filter(line -> !line.isBlank()).toList();
    return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()).stream()
        .map(CleanText::line)
        .toList();
  }
}
