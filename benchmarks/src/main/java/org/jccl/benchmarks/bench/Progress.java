package org.jccl.benchmarks.bench;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Tells now and then, in plain lines, how far a long run is and when it will be done: often enough
 * for someone who waits, seldom enough for a log.
 */
public final class Progress {
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private final String command;
  private final PrintWriter err;
  private final InstantSource clock;
  private final Instant began;
  private Instant last;

  /** Progress of a run of {@code command} that begins now. */
  public Progress(String command, PrintWriter err, InstantSource clock) {
    this.command = command;
    this.err = err;
    this.clock = clock;
    this.began = clock.instant();
    this.last = began;
  }

  /** {@code done} of {@code total} parts are done, {@code next} comes next. */
  public void at(String next, int done, int total) {
    Instant now = clock.instant();
    if (Duration.between(last, now).compareTo(SILENCE) < 0) {
      return;
    }
    last = now;
    Duration elapsed = Duration.between(began, now);
    String left = done == 0 ? "" : ", about %s left".formatted(text(left(elapsed, done, total)));
    err.printf(
        "jccl %s: %d of %d after %s%s: %s%n", command, done, total, text(elapsed), left, next);
    err.flush();
  }

  private static Duration left(Duration elapsed, int done, int total) {
    return elapsed.multipliedBy(total - done).dividedBy(done);
  }

  private static String text(Duration duration) {
    return "%d:%02d".formatted(duration.toMinutes(), duration.toSecondsPart());
  }
}
