package org.jccl.conformance.concurrency;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import kotlin.Unit;
import org.pastalab.fray.core.TestRunner;
import org.pastalab.fray.core.command.Configuration;
import org.pastalab.fray.core.command.ExecutionInfo;
import org.pastalab.fray.core.command.LambdaExecutor;
import org.pastalab.fray.core.command.NetworkDelegateType;
import org.pastalab.fray.core.command.SystemTimeDelegateType;
import org.pastalab.fray.core.observers.TimelineCoverageType;
import org.pastalab.fray.core.randomness.ControlledRandom;
import org.pastalab.fray.core.randomness.RandomnessProvider;
import org.pastalab.fray.core.scheduler.POSScheduler;
import org.pastalab.fray.rmi.TestStatusObserver;

/**
 * Runs a program of several threads again and again, each time with another order of its threads.
 *
 * <p>Fray decides at every lock, atomic access, volatile access, park and start which thread goes
 * on, so an order that the machine hardly ever takes is as likely as any other, and a program that
 * cannot go on is found at once. It needs the JVM that the module's build makes.
 */
final class Exploration {
  private static final Path REPORTS = Path.of("target", "fray");
  private static final long SEED = 10;

  /** More than any sound program takes: threads that wake up and wait in turns have come apart. */
  private static final int MOST_STEPS = 100_000;

  private Exploration() {}

  /**
   * Runs {@code program} that often.
   *
   * @param failed is told what a run throws, and where all threads wait forever. It must end the
   *     JVM: such threads cannot always be ended
   */
  static void explore(int runs, Supplier<Runnable> program, Consumer<Throwable> failed) {
    Random seeds = new Random(SEED);
    ExecutionInfo info =
        new ExecutionInfo(
            new LambdaExecutor(
                () -> {
                  program.get().run();
                  return Unit.INSTANCE;
                }),
            false,
            false,
            MOST_STEPS);
    ControlledRandomness random = new ControlledRandomness(seeds);
    Configuration configuration =
        new Configuration(
            info,
            REPORTS,
            runs,
            3600, // seconds
            new POSScheduler(random.getRandomness()),
            random,
            false,
            false,
            true,
            false,
            false,
            false,
            NetworkDelegateType.NONE,
            SystemTimeDelegateType.MOCK,
            100_000L,
            true,
            true,
            false,
            false,
            false,
            false,
            TimelineCoverageType.NONE);
    configuration.getTestStatusObservers().add(new Failures(failed));
    Throwable found = new TestRunner(configuration).run();
    if (found != null) {
      failed.accept(found);
    }
  }

  private record Failures(Consumer<Throwable> failed) implements TestStatusObserver {
    @Override
    public void onExecutionStart() {}

    @Override
    public void onReportError(Throwable thrown) {
      failed.accept(thrown);
    }

    @Override
    public void onExecutionDone(Throwable thrown) {}

    @Override
    public void saveToReportFolder(Path folder) {}
  }

  /** Fray's randomness, but the same in every build. */
  private record ControlledRandomness(Random seeds) implements RandomnessProvider {
    @Override
    public ControlledRandom getRandomness() {
      return new ControlledRandom(
          new ArrayList<>(), new ArrayList<>(), new Random(seeds.nextLong()));
    }
  }
}
