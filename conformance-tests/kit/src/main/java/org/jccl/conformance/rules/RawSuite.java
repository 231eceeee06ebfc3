package org.jccl.conformance.rules;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jccl.Backend;
import org.jccl.conformance.harness.Subject;
import org.jccl.spi.NcclAbi;
import org.opentest4j.TestAbortedException;

/** What the suites on the raw, C-shaped surface share. */
public abstract class RawSuite extends Suite implements RawCodes {
  /** A suite about the current subject. */
  protected RawSuite() {}

  /** What one rank does on the raw surface. */
  @FunctionalInterface
  interface RawBody {
    void run(RawRank rank) throws Exception;
  }

  /** Runs {@code body} on as many ranks as the rule takes, with a raw communicator over them. */
  final void raw(RawBody body) {
    raw(ranks(), body);
  }

  /** Runs {@code body} on every rank, with a raw communicator over all of them. */
  final void raw(int ranks, RawBody body) {
    run(
        ranks,
        rank -> {
          try (RawRank raw = new RawRank(rank)) {
            body.run(raw);
          }
        });
  }

  @Override
  Object nobody(Class<?> kind) {
    return kind == RawRank.class
        ? new RawRank()
        : kind == RawSingle.class ? new RawSingle() : super.nobody(kind);
  }

  @Override
  void onEachRank(Class<?> kind, RankRule rule) {
    if (kind == RawRank.class) {
      raw(rule::run);
    } else if (kind == RawSingle.class) {
      bare(
          (abi, backend) -> {
            try (RawSingle one = new RawSingle(abi, backend)) {
              rule.run(one);
            }
          });
    } else {
      super.onEachRank(kind, rule);
    }
  }

  /** What a thread does with nothing but the library. */
  @FunctionalInterface
  interface BareBody {
    void run(NcclAbi abi, Backend backend) throws Exception;
  }

  /**
   * Runs {@code body} on a thread of its own without any communicator: for rules about the first
   * call of a process, and for threads that are left unusable.
   */
  final void bare(BareBody body) {
    Subject.Instance instance = worlds().instance();
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              body.run(instance.raw().orElseThrow(), instance.backend());
              return true;
            });
    Thread thread = Thread.ofPlatform().daemon().name("conformance-bare").start(task);
    try {
      task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof TestAbortedException aborted) {
        throw aborted;
      }
      throw new AssertionError(String.valueOf(failed.getCause()), failed.getCause());
    } catch (TimeoutException late) {
      worlds().forget();
      AssertionError hung = new AssertionError("not done after " + PATIENCE);
      hung.setStackTrace(thread.getStackTrace());
      throw hung;
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupt);
    }
  }
}
