package org.jccl.benchmarks.screen;

import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.Supplier;
import org.jccl.conformance.harness.RunScreen;
import org.jspecify.annotations.Nullable;

/**
 * Tells how far a long run is and when it will be done: on a terminal in one line that is written
 * anew, elsewhere in plain lines, often enough for someone who waits and seldom enough for a log.
 */
public final class Progress implements RunScreen.Steps, AutoCloseable {
  private static final Duration FIRST = Duration.ofSeconds(2);
  private static final Duration SILENCE = Duration.ofSeconds(10);
  private static final long TICK_MILLIS = 1_000;

  private final String command;
  private final PrintWriter err;
  private final Screen screen;
  private final InstantSource clock;
  private final Instant began;
  private Instant measured;
  private @Nullable Instant last;
  private @Nullable Thread ticker;
  private Supplier<String> state = () -> this.next;
  private String next = "";
  private long done;
  private long total;

  /**
   * Progress of a run of {@code command} that begins now, told at each step.
   *
   * @param command its name
   * @param err where plain lines go
   */
  public static Progress of(String command, PrintWriter err) {
    Progress progress = new Progress(command, err, Screen.get(), InstantSource.system());
    if (progress.screen.showsProgress()) {
      progress.show();
    }
    return progress;
  }

  /** The same, and told between steps, too: not for what measures time. */
  public static Progress ticking(String command, PrintWriter err) {
    return of(command, err).ticking();
  }

  /** The same of a run without steps; {@code state} says a few words on how far it is. */
  public static Progress ticking(String command, PrintWriter err, Supplier<String> state) {
    Progress progress = of(command, err);
    progress.state = state;
    return progress.ticking();
  }

  /** The same of what prints lines of its own: elsewhere than on a terminal nothing is told. */
  public static Progress onTerminal(String command) {
    Progress progress = of(command, new PrintWriter(Writer.nullWriter()));
    return progress.screen.showsProgress() ? progress.ticking() : progress;
  }

  private Progress ticking() {
    ticker = Thread.ofPlatform().daemon().name("jccl-progress").start(this::tellEachSecond);
    return this;
  }

  Progress(String command, PrintWriter err, Screen screen, InstantSource clock) {
    this.command = command;
    this.err = err;
    this.screen = screen;
    this.clock = clock;
    this.began = clock.instant();
    this.measured = began;
  }

  @Override
  public synchronized void at(String next, long done, long total) {
    if (done == 0) {
      measured = clock.instant(); // What came before, as a warm-up, says nothing of the steps.
    }
    this.next = next;
    this.done = done;
    this.total = total;
    tell();
  }

  private void tellEachSecond() {
    try {
      while (true) {
        Thread.sleep(TICK_MILLIS);
        tell();
      }
    } catch (InterruptedException closed) {
      // It goes on no longer.
    }
  }

  private synchronized void tell() {
    if (screen.showsProgress()) {
      show();
      return;
    }
    Instant now = clock.instant();
    Duration silent = Duration.between(last == null ? began : last, now);
    boolean says = total > 0 || done > 0 || !state.get().isEmpty();
    if (says && silent.compareTo(last == null ? FIRST : SILENCE) >= 0) {
      last = now;
      err.println("jccl " + text());
      err.flush();
    }
  }

  private void show() {
    screen.show(text());
  }

  /** {@code bench: 12 of 40, 0:35, about 1:10 left: all_reduce 4 KiB}. */
  private String text() {
    Duration elapsed = Duration.between(began, clock.instant());
    StringBuilder text = new StringBuilder(command).append(": ");
    if (total > 0) {
      text.append(String.format(Locale.ROOT, "%,d of %,d, ", done, total));
    } else if (done > 0) {
      text.append(String.format(Locale.ROOT, "%,d, ", done));
    }
    text.append(text(elapsed));
    if (done > 0 && done < total) {
      double share = (double) (total - done) / done;
      long spent = Duration.between(measured, clock.instant()).toMillis();
      Duration left = Duration.ofMillis((long) (spent * share));
      text.append(", about ").append(text(left)).append(" left");
    }
    String now = state.get();
    return now.isEmpty() ? text.toString() : text.append(": ").append(now).toString();
  }

  private static String text(Duration duration) {
    return "%d:%02d".formatted(duration.toMinutes(), duration.toSecondsPart());
  }

  /** The line is gone; what stands above it stays. */
  @Override
  public void close() {
    Thread ticking = ticker;
    if (ticking != null) {
      ticking.interrupt();
    }
    synchronized (this) {
      screen.erase();
    }
  }
}
