package org.jccl.test;

import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.explore.ChoiceStream;
import org.jccl.sim.faults.FaultPlan;
import org.jspecify.annotations.Nullable;

/** What decides one run of a test on the simulator. A {@link RankProperty} is given one. */
public final class Schedule {
  /** The property with the one schedule to run. */
  static final String REPLAY_PROPERTY = "jccl.replay";

  /** Comes last: plans have spaces. */
  private static final String FAULTS = "faults=";

  private final int ranks;
  private final long seed;
  private final boolean strict;
  private final @Nullable ChoiceStream choices;

  /** Whether a search has found it, so that the choices fit the program. */
  private final boolean found;

  private final FaultPlan faults;

  private Schedule(
      int ranks,
      long seed,
      boolean strict,
      @Nullable ChoiceStream choices,
      boolean found,
      FaultPlan faults) {
    this.ranks = ranks;
    this.seed = seed;
    this.strict = strict;
    this.choices = choices;
    this.found = found;
    this.faults = faults;
  }

  /** {@return the number of ranks} */
  public int ranks() {
    return ranks;
  }

  /** Of a random schedule; 0: first in, first out, or choices. */
  long seed() {
    return seed;
  }

  /** Whether the world is strict. */
  boolean strict() {
    return strict;
  }

  /** All decisions; null if there is a seed. */
  @Nullable ChoiceStream choices() {
    return choices;
  }

  boolean isFound() {
    return found;
  }

  /** What breaks; nothing if it is empty. */
  FaultPlan faults() {
    return faults;
  }

  /** The same, in which this breaks. */
  Schedule with(FaultPlan plan) {
    return new Schedule(ranks, seed, strict, choices, found, plan);
  }

  /** The seeds of a range, each in all modes; seed 0 is first in, first out. */
  static List<Schedule> all(int ranks, int from, int to, Strictness strictness) {
    List<Schedule> all = new ArrayList<>();
    for (long seed = from; seed <= to; seed++) {
      for (boolean strict : strictness.modes()) {
        all.add(new Schedule(ranks, seed, strict, null, true, FaultPlan.none()));
      }
    }
    return all;
  }

  /** Of any choices: where a program has not that many alternatives, the first one is taken. */
  static Schedule of(int ranks, ChoiceStream choices) {
    return new Schedule(ranks, 0, false, choices, false, FaultPlan.none());
  }

  /** The one that a search has found; whether calls wait is among its choices. */
  static Schedule found(int ranks, ChoiceStream choices) {
    return new Schedule(ranks, 0, false, choices, true, FaultPlan.none());
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
    ChoiceStream choices = null;
    int end = text.indexOf(FAULTS);
    FaultPlan faults =
        end < 0 ? FaultPlan.none() : FaultPlan.parse(text.substring(end + FAULTS.length()));
    try {
      for (String word : (end < 0 ? text : text.substring(0, end)).strip().split("[ ,]+")) {
        if (word.startsWith("ranks=")) {
          ranks = Integer.parseInt(word.substring("ranks=".length()));
        } else if (word.startsWith("seed=")) {
          seed = Long.parseLong(word.substring("seed=".length()));
        } else if (word.startsWith("choices=")) {
          seed = 0;
          choices = ChoiceStream.parse(word.substring("choices=".length()));
        } else if (word.equals("fifo")) {
          seed = 0;
        } else if (word.equals("strict")) {
          strict = true;
        } else {
          throw unreadable(text);
        }
      }
    } catch (IllegalArgumentException noNumber) {
      throw unreadable(text);
    }
    if (ranks < 1 || seed < 0) {
      throw unreadable(text);
    }
    return new Schedule(ranks, seed, strict, choices, true, faults);
  }

  private static IllegalArgumentException unreadable(String text) {
    return new IllegalArgumentException(
        "replay \"" + text + "\", expected as a failure tells it: \"ranks=3 seed=7 strict\"");
  }

  @Override
  public String toString() {
    String order = seed == 0 ? " fifo" : " seed=" + seed;
    return "ranks="
        + ranks
        + (choices == null ? order : " choices=" + choices)
        + (strict ? " strict" : "")
        + (faults.isEmpty() ? "" : " " + FAULTS + faults);
  }
}
