package org.jccl.conformance.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Time as a process has had it: by the clock while none of its threads wants to run, or gets to;
 * slower where they wait for a processor. So a busy machine makes no rank late, and one that waits
 * for nothing is late in time. Where the system does not tell, it is the clock's.
 */
final class FairTime {
  /** So many ticks go by at least in each hundred of the clock: there is an end in any case. */
  private static final double SLOWEST = 0.03;

  /** Less than that in a step is the noise of a process that is idle. */
  private static final double NOISE_NANOS = 2e6;

  private static final Duration STEP = Duration.ofMillis(200);

  /** Something that may have ended. */
  @FunctionalInterface
  interface Awaited {
    /** Waits so long; whether it has ended. */
    boolean await(Duration time) throws InterruptedException;
  }

  private final Path tasks;
  private double ran;
  private double waited;

  private FairTime(long process) {
    this.tasks = Path.of("/proc", Long.toString(process), "task");
  }

  /**
   * Waits for {@code awaited} as long as {@code limit} lasts for {@code process}; whether it has
   * ended.
   */
  static boolean await(long process, Duration limit, Awaited awaited) throws InterruptedException {
    FairTime time = new FairTime(process);
    long left = limit.toNanos();
    if (awaited.await(min(limit, STEP))) {
      return true;
    }
    left -= STEP.toNanos();
    time.look();
    while (left > 0) {
      long before = System.nanoTime();
      if (awaited.await(min(Duration.ofNanos(left), STEP))) {
        return true;
      }
      left -= Math.max(1, (long) ((System.nanoTime() - before) * time.look()));
    }
    return false;
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** How much of what its threads wanted to run since the last look they have run. */
  private double look() {
    double ranBefore = ran;
    double waitedBefore = waited;
    read();
    double delay = Math.max(0, waited - waitedBefore);
    double work = Math.max(0, ran - ranBefore);
    return delay < NOISE_NANOS ? 1 : Math.max(SLOWEST, work / (work + delay));
  }

  private void read() {
    ran = 0;
    waited = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(tasks)) {
      for (Path each : all) {
        add(each.resolve("schedstat"));
      }
    } catch (IOException | RuntimeException unknown) {
      ran = 0;
      waited = 0;
    }
  }

  /** Time on a processor and time in its queue; a thread that has just ended says nothing. */
  private void add(Path schedule) {
    try {
      String[] numbers = Files.readString(schedule).split(" ", 3);
      ran += Double.parseDouble(numbers[0]);
      waited += Double.parseDouble(numbers[1]);
    } catch (IOException | NumberFormatException gone) {
      // The next look is without it.
    }
  }
}
