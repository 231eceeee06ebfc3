package org.jccl.sim.kernel;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The one stream of nondeterministic decisions of a simulation: same choices, same trace. Asked
 * only by the holder of the baton.
 */
public interface Choices {
  /** What is being decided. */
  enum Point {
    /** Which of the things that can run does so next. */
    NEXT_STEP,
    /** Whether a rank's call that may wait lets others run first: 0 goes on. */
    YIELD_AT_CALL,
    /** Which device steps run before a call that waits for nobody: 0 is the call. */
    DEVICES_AT_CALL,
    /** Of a world: whether calls return at once (0) or wait for their peers (rule STR-11). */
    CALLS_WAIT,
    /**
     * Of a world: whether small sends, and roots of small broadcasts, wait for who takes it (0) or
     * end early (rule P2P-11).
     */
    EAGER_SENDS,
    /** Of a world: how many kernels a device holds at once: any number (0), 1 or 2. */
    RESIDENT_KERNELS
  }

  /** Index of the option taken, in {@code 0 .. options - 1}; {@code options} is at least 1. */
  int choose(Point point, int options);

  /**
   * Whether a thread whose wait is over while it runs device steps goes on before all others: a
   * change of threads less.
   */
  boolean goesOn();

  /** Whether ranks are asked at every call whether they let others run first. */
  boolean yieldsAtCalls();

  /** Who steers step by step, or null: then this stream of numbers decides. */
  default @Nullable Steering steering() {
    return null;
  }

  /** What replays this stream, for reports: {@code fifo} or {@code seed 42}. */
  String describe();

  /**
   * First in, first out, no yielding, and no change of threads that is not needed: the quickest
   * schedule.
   */
  static Choices fifo() {
    return new Choices() {
      @Override
      public int choose(Point point, int options) {
        return 0;
      }

      @Override
      public boolean goesOn() {
        return true;
      }

      @Override
      public boolean yieldsAtCalls() {
        return false;
      }

      @Override
      public String describe() {
        return "schedule fifo";
      }
    };
  }

  /** Every option equally likely, from a seed. */
  static Choices random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return new Choices() {
      @Override
      public int choose(Point point, int options) {
        return options == 1 ? 0 : random.nextInt(options);
      }

      @Override
      public boolean goesOn() {
        return false;
      }

      @Override
      public boolean yieldsAtCalls() {
        return true;
      }

      @Override
      public String describe() {
        return "schedule random, seed " + seed;
      }
    };
  }
}
