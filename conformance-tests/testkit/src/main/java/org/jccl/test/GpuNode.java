package org.jccl.test;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.BackendUnavailableException;
import org.jccl.Backends;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** Runs a test on real GPUs, once. */
final class GpuNode extends Node {
  private static final String NCCL = "nccl";

  /** One test at a time has the GPUs. */
  private static final ReentrantLock GPUS = new ReentrantLock();

  private final int ranks;

  GpuNode(int ranks) {
    super("ranks=" + ranks + " nccl");
    this.ranks = ranks;
  }

  @Override
  void run(TestBody body, ExtensionContext context) throws Throwable {
    boolean required =
        context
            .getConfigurationParameter(RankTestExtension.REQUIRE_GPUS)
            .map(Boolean::parseBoolean)
            .orElse(false);
    GPUS.lockInterruptibly();
    try (Backend backend = Backends.choose(NCCL, BackendConfig.defaults()).open()) {
      int devices = backend.devices().size();
      if (devices < ranks) {
        throw missing(required, ranks + " ranks need " + ranks + " GPUs, found " + devices);
      }
      run(body, backend);
    } catch (IllegalArgumentException notOnClassPath) {
      throw missing(required, "add the artifact jccl-nccl: " + notOnClassPath.getMessage());
    } catch (BackendUnavailableException missing) {
      throw missing(required, String.valueOf(missing.getMessage()));
    } finally {
      GPUS.unlock();
    }
  }

  private void run(TestBody body, Backend backend) throws Throwable {
    try (Uncaught threads = Uncaught.here()) {
      Throwable thrown = null;
      try {
        body.run(new World(backend, ranks, "ranks=" + ranks + " fifo", null));
      } catch (Throwable failure) {
        thrown = failure;
      }
      if (thrown != null || !threads.all().isEmpty()) {
        throw new TestFailureText(body, "", null).thrown(thrown, threads.all(), List.of());
      }
    }
  }

  private static Throwable missing(boolean required, String reason) {
    return required ? new AssertionFailedError(reason) : new TestAbortedException(reason);
  }
}
