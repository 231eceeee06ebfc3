package org.jccl.test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.BackendUnavailableException;
import org.jccl.Backends;
import org.jccl.sim.faults.FaultPlan;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** Runs a test on real GPUs, once. */
final class GpuNode extends Node {
  private static final String NCCL = "nccl";

  /** One test at a time has the GPUs, also one that is not marked with {@link OnGpus}. */
  private static final ReentrantLock GPUS = new ReentrantLock();

  private final int ranks;
  private final int seconds;
  private final boolean breaks;

  /** Faults of {@code plans} do not strike real GPUs. */
  GpuNode(RankTest test, int ranks, List<FaultPlan> plans) {
    super("ranks=" + ranks + " nccl");
    this.breaks = plans.stream().anyMatch(plan -> !plan.isEmpty());
    this.ranks = ranks;
    this.seconds = test.timeoutSeconds();
  }

  @Override
  void run(TestBody body, ExtensionContext context) throws Throwable {
    if (breaks) {
      throw new TestAbortedException("faults are rehearsed on simulated GPUs alone");
    }
    boolean required =
        context
            .getConfigurationParameter(RankTestExtension.REQUIRE_GPUS)
            .map(Boolean::parseBoolean)
            .orElse(false);
    Leftovers leftovers = Leftovers.of(context);
    GPUS.lockInterruptibly();
    try (Backend backend = Backends.choose(NCCL, BackendConfig.defaults()).open()) {
      int devices = backend.devices().size();
      if (devices < ranks) {
        throw missing(required, ranks + " ranks need " + ranks + " GPUs, found " + devices);
      }
      run(body, backend, leftovers);
    } catch (IllegalArgumentException notOnClassPath) {
      throw missing(required, "add the artifact jccl-nccl: " + notOnClassPath.getMessage());
    } catch (BackendUnavailableException missing) {
      throw missing(required, String.valueOf(missing.getMessage()));
    } finally {
      GPUS.unlock();
    }
  }

  private void run(TestBody body, Backend backend, Leftovers leftovers) throws Throwable {
    World world =
        new World(backend, ranks, "ranks=" + ranks + " fifo", null, UnaryOperator.identity());
    TestFailureText text = new TestFailureText(body, "", List.of(), null);
    List<String> standing = new ArrayList<>();
    List<String> alive = List.of();
    @Nullable Throwable thrown = null;
    List<Uncaught.One> uncaught;
    try (Uncaught threads = Uncaught.here();
        Limit limit = new Limit(seconds, () -> standing.addAll(leftovers.places()))) {
      try {
        body.run(world);
        alive = leftovers.threads();
      } catch (Throwable failure) {
        thrown = limit.isPassed() ? Limit.passed(seconds, standing, failure) : failure;
      }
      uncaught = threads.all();
    }
    if (thrown != null || !uncaught.isEmpty()) {
      throw text.thrown(thrown, uncaught, List.of());
    }
    if (!alive.isEmpty()) {
      throw text.remains(List.of(), alive);
    }
  }

  private static Throwable missing(boolean required, String reason) {
    return required ? new AssertionFailedError(reason) : new TestAbortedException(reason);
  }
}
