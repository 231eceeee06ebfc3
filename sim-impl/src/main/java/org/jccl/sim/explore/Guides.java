package org.jccl.sim.explore;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jccl.sim.kernel.Choices;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.StepKey;

/** The guides that draw lots. Number 0 of each is first come, first served. */
final class Guides {
  private Guides() {}

  private static final Guide FIFO = (point, candidates, log) -> 0;

  private static SplittableRandom lots(long seed, int number) {
    return new SplittableRandom(Hashes.mix(seed + number));
  }

  /** Every candidate equally likely. */
  static Guide random(long seed, int number) {
    if (number == 0) {
      return FIFO;
    }
    SplittableRandom random = lots(seed, number);
    return new Drawn(random) {
      @Override
      public int next(Choices.Point point, List<SimStep> candidates, RunLog log) {
        return random.nextInt(candidates.size());
      }
    };
  }

  /** A guide that draws what the world is like. */
  private abstract static class Drawn implements Guide {
    private final SplittableRandom random;

    Drawn(SplittableRandom random) {
      this.random = random;
    }

    @Override
    public int world(Choices.Point point, int options) {
      return random.nextInt(options);
    }
  }

  /**
   * Probabilistic concurrency testing: each rank and each lane of a device has a priority, drawn
   * when it is seen first; the highest runs. At {@code depth - 1} moments, drawn among the first
   * {@code length}, whoever would run falls behind all others.
   */
  static Guide pct(long seed, int number, int depth, int length) {
    if (number == 0) {
      return FIFO;
    }
    SplittableRandom random = lots(seed, number);
    Set<Integer> changes = new HashSet<>();
    for (int i = 1; i < depth; i++) {
      changes.add(random.nextInt(Math.max(1, length)));
    }
    return new Drawn(random) {
      private final Map<Object, Long> priorities = new HashMap<>();
      private int decisions;
      private long lowest;

      @Override
      public int next(Choices.Point point, List<SimStep> candidates, RunLog log) {
        int best = best(candidates);
        if (changes.contains(decisions++)) {
          priorities.put(lane(candidates.get(best)), --lowest);
          best = best(candidates);
        }
        return best;
      }

      private int best(List<SimStep> candidates) {
        int best = 0;
        long highest = Long.MIN_VALUE;
        for (int i = 0; i < candidates.size(); i++) {
          long own =
              priorities.computeIfAbsent(
                  lane(candidates.get(i)), any -> random.nextLong(1, Long.MAX_VALUE));
          if (own > highest) {
            highest = own;
            best = i;
          }
        }
        return best;
      }
    };
  }

  /**
   * Partial order sampling: each candidate has a priority, drawn when it is seen first; the highest
   * runs, and then those that conflict with it draw anew.
   */
  static Guide pos(long seed, int number) {
    if (number == 0) {
      return FIFO;
    }
    SplittableRandom random = lots(seed, number);
    return new Drawn(random) {
      private final Map<Object, Long> priorities = new HashMap<>();
      private Object ran = "";

      @Override
      public int next(Choices.Point point, List<SimStep> candidates, RunLog log) {
        int best = 0;
        long highest = Long.MIN_VALUE;
        for (int i = 0; i < candidates.size(); i++) {
          SimStep step = candidates.get(i);
          if (place(step).equals(place(ran))) {
            priorities.remove(step.key());
          }
          long own = priorities.computeIfAbsent(step.key(), any -> random.nextLong());
          if (own > highest) {
            highest = own;
            best = i;
          }
        }
        ran = candidates.get(best);
        priorities.remove(candidates.get(best).key());
        return best;
      }
    };
  }

  /**
   * What has a priority: a rank, or a stream, a communicator, …: a step's key without its number.
   */
  private static Object lane(SimStep step) {
    return step instanceof HostTask task ? task.rank() : place(step);
  }

  private static Object place(Object what) {
    if (what instanceof HostTask task) {
      return task.rank();
    }
    return what instanceof SimStep step && step.key() instanceof StepKey key
        ? key.withoutNumber()
        : what;
  }
}
