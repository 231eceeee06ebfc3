package org.jccl.test;

import java.util.ArrayList;
import java.util.List;

/**
 * What decides one run of a test on the simulator.
 *
 * @param ranks number of ranks
 * @param seed of a random schedule; 0: first in, first out
 * @param strict whether the world is strict
 */
record Schedule(int ranks, long seed, boolean strict) {
  /** The seeds of a range, each in all modes; seed 0 is first in, first out. */
  static List<Schedule> all(int ranks, int from, int to, Strictness strictness) {
    List<Schedule> all = new ArrayList<>();
    for (long seed = from; seed <= to; seed++) {
      for (boolean strict : strictness.modes()) {
        all.add(new Schedule(ranks, seed, strict));
      }
    }
    return all;
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Schedule parse(String text) {
    int ranks = 0;
    long seed = -1;
    boolean strict = false;
    try {
      for (String word : text.strip().split("[ ,]+")) {
        if (word.startsWith("ranks=")) {
          ranks = Integer.parseInt(word.substring("ranks=".length()));
        } else if (word.startsWith("seed=")) {
          seed = Long.parseLong(word.substring("seed=".length()));
        } else if (word.equals("fifo")) {
          seed = 0;
        } else if (word.equals("strict")) {
          strict = true;
        } else {
          throw unreadable(text);
        }
      }
    } catch (NumberFormatException noNumber) {
      throw unreadable(text);
    }
    if (ranks < 1 || seed < 0) {
      throw unreadable(text);
    }
    return new Schedule(ranks, seed, strict);
  }

  private static IllegalArgumentException unreadable(String text) {
    return new IllegalArgumentException(
        "replay \"" + text + "\", expected as a failure tells it: \"ranks=3 seed=7 strict\"");
  }

  @Override
  public String toString() {
    return "ranks=" + ranks + (seed == 0 ? " fifo" : " seed=" + seed) + (strict ? " strict" : "");
  }
}
