package org.jccl.sim.explore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jccl.CheckLevel;
import org.jccl.RankProgram;
import org.jccl.sim.Simulator;

/**
 * Runs one program in many schedules and says what came of it.
 *
 * <p>A schedule is the stream of all decisions that NCCL, CUDA and the operating system are free to
 * take: which host thread goes on, which device does its next step, what the answer of a question
 * is, whether calls wait for their peers ({@link Variation}). The default is {@link
 * Strategy#exhaustive()}: where a program has few schedules that differ it runs them all, and the
 * {@link Exploration} is complete.
 *
 * <p>A program must be the same each time: it may use nothing outside that one schedule changes for
 * the next, no clock and no random numbers of its own.
 *
 * {@snippet :
 * Exploration found = Explorer.of(program).ranks(3).explore();
 * System.out.println(found.summary()); // complete: 36 schedules, 0 failures
 * }
 */
public final class Explorer {
  private static final long SAMPLES = 1_000;
  private static final long MOST = 100_000;

  private final WorldProgram program;
  private int ranks = 2;
  private List<String> args = List.of();
  private Strategy strategy = Strategy.exhaustive();
  private long schedules;
  private long seed;
  private int threads = Runtime.getRuntime().availableProcessors();
  private boolean stopsAtFailure = true;
  private boolean sharesState;
  private boolean shrinks = true;
  private Set<Variation> varies = EnumSet.allOf(Variation.class);
  private Supplier<Simulator.Builder> world = () -> Simulator.builder().checks(CheckLevel.FULL);

  private Explorer(WorldProgram program) {
    this.program = program;
  }

  /**
   * {@return an explorer of a program that every rank runs}
   *
   * @param program the program; the same object runs in all schedules, also at the same time
   */
  public static Explorer of(RankProgram program) {
    return ofPrograms(() -> program);
  }

  /**
   * {@return the same for a program with fields}
   *
   * @param programs makes the program of each schedule; what it throws is a failure of that
   *     schedule
   */
  public static Explorer ofPrograms(Callable<? extends RankProgram> programs) {
    return ofWorlds(
        each -> {
          each.run(programs.call());
          return null;
        });
  }

  /**
   * {@return an explorer of anything that uses a simulated world}
   *
   * @param program what runs in each schedule, also at the same time
   */
  public static Explorer ofWorlds(WorldProgram program) {
    return new Explorer(program);
  }

  /**
   * Sets the number of ranks and of devices, 2 unless set.
   *
   * @param value at least 1
   * @return this explorer
   */
  public Explorer ranks(int value) {
    ranks = requirePositive("ranks", value);
    return this;
  }

  /**
   * Sets the arguments that ranks are given, none unless set.
   *
   * @param value what {@link org.jccl.Rank#args()} gives
   * @return this explorer
   */
  public Explorer args(List<String> value) {
    args = List.copyOf(value);
    return this;
  }

  /**
   * Sets which schedules are run, {@link Strategy#exhaustive()} unless set.
   *
   * @param value the strategy
   * @return this explorer
   */
  public Explorer strategy(Strategy value) {
    strategy = Objects.requireNonNull(value);
    return this;
  }

  /**
   * Sets how often the program is run at most: 100,000 times unless set, or 1,000 where the
   * strategy has no end.
   *
   * @param value at least 1
   * @return this explorer
   */
  public Explorer schedules(long value) {
    schedules = requirePositive("schedules", (int) Math.min(value, Integer.MAX_VALUE));
    return this;
  }

  /**
   * Sets the seed of strategies that draw lots, 0 unless set.
   *
   * @param value the seed
   * @return this explorer
   */
  public Explorer seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Sets how many schedules run at the same time, as many as there are processors unless set.
   *
   * @param value at least 1
   * @return this explorer
   */
  public Explorer threads(int value) {
    threads = requirePositive("threads", value);
    return this;
  }

  /**
   * Sets whether the first failure ends the search, which it does unless set.
   *
   * @param value whether it does
   * @return this explorer
   */
  public Explorer stopsAtFailure(boolean value) {
    stopsAtFailure = value;
    return this;
  }

  /**
   * Sets whether ranks share state outside of jccl: fields, queues, counters. The order in which
   * ranks run then counts at every call that may wait. It is off unless set: what ranks see of each
   * other goes through jccl, and other orders are the same schedule.
   *
   * @param value whether they do
   * @return this explorer
   */
  public Explorer sharesState(boolean value) {
    sharesState = value;
    return this;
  }

  /**
   * Sets whether the schedules of failures are made short, which they are unless set.
   *
   * @param value whether they are
   * @return this explorer
   */
  public Explorer shrinks(boolean value) {
    shrinks = value;
    return this;
  }

  /**
   * Sets what of the world is varied, all of it unless set. What is not varied is as {@link #world}
   * makes it. The exhaustive search runs in another world only where the program can tell.
   *
   * @param values what is varied
   * @return this explorer
   */
  public Explorer varies(Set<Variation> values) {
    varies = values.isEmpty() ? EnumSet.noneOf(Variation.class) : EnumSet.copyOf(values);
    return this;
  }

  /**
   * Sets what each schedule's world is like: version, machine, checks. The number of devices, the
   * schedule and where warnings go are the explorer's. Unless set it is the simulator's default
   * with {@link CheckLevel#FULL}.
   *
   * @param value makes a new builder each time
   * @return this explorer
   */
  public Explorer world(Supplier<Simulator.Builder> value) {
    world = Objects.requireNonNull(value);
    return this;
  }

  /**
   * Runs the schedules.
   *
   * @return what they have come to
   */
  public Exploration explore() {
    long most = schedules > 0 ? schedules : strategy.covers() ? MOST : SAMPLES;
    return new Explorations(this, strategy.search(seed, new WorldKinds(varies)), most).run();
  }

  /**
   * Runs one schedule again.
   *
   * @param choices its choices, with the same ranks, world and variations
   * @return what came of it
   * @throws IllegalArgumentException if the program has not that many alternatives somewhere: it is
   *     another program
   */
  public ExploredRun replay(ChoiceStream choices) {
    FollowGuide guide = new FollowGuide(choices, choices.length());
    ExploredRun run = run(new Course(guide, ranks, sharesState));
    if (guide.isLost()) {
      throw new IllegalArgumentException(
          "the choices " + choices + " are not those of this program");
    }
    return run;
  }

  /** The same where the choices may go past what the program has. */
  ExploredRun runOnce(ChoiceStream choices) {
    return run(new Course(new FollowGuide(choices, choices.length()), ranks, sharesState));
  }

  /** Runs one schedule in a world of its own. */
  ExploredRun run(Course course) {
    Simulator.Builder builder =
        world
            .get()
            .devices(ranks)
            .choices(course)
            .warnings(Collections.synchronizedList(new ArrayList<>())::add);
    for (Variation each : varies) {
      int value = course.world(each.point(), each.options());
      switch (each) {
        case CALLS_WAIT -> builder.strict(value == 1);
        case EAGER_SENDS -> builder.eagerSends(value == 1);
        case RESIDENT_KERNELS -> builder.residentKernels(value);
      }
    }
    Simulator simulator = builder.build();
    Throwable thrown = null;
    Object result = null;
    try {
      result = program.run(new ExploredWorld(simulator, course, ranks, args));
    } catch (Throwable failure) {
      thrown = failure;
    }
    try {
      simulator.close();
    } catch (RuntimeException | Error failure) {
      thrown = thrown == null ? failure : thrown;
    }
    return new ExploredRun(
        course.stream(), simulator.findings(), thrown, simulator.leaks(), result);
  }

  int ranks() {
    return ranks;
  }

  int threads() {
    return threads;
  }

  boolean sharesState() {
    return sharesState;
  }

  boolean shrinks() {
    return shrinks;
  }

  boolean stopsAtFailure() {
    return stopsAtFailure;
  }

  Strategy strategy() {
    return strategy;
  }

  private static int requirePositive(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " " + value + ", expected at least 1");
    }
    return value;
  }
}
