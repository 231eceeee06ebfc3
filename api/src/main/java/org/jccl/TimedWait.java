package org.jccl;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jccl.config.TimeLimit;

/** Waits for work on a device, for so long at most. */
final class TimedWait {
  private TimedWait() {}

  /** Waits; {@code what} names in messages what has to be done. */
  static void await(CompletableFuture<Void> completion, String what, TimeLimit time) {
    try {
      completion.get(time.nanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw new CollectiveTimeoutException(
          what + " has not ended in " + time + ": a rank is late or missing", late);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException known) {
        throw known;
      }
      if (failed.getCause() instanceof Error known) {
        throw known;
      }
      throw new CollectiveException(ResultCode.UNKNOWN, what + ": " + failed.getCause(), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CollectiveException(
          ResultCode.UNKNOWN, what + ": interrupted while it was awaited", interrupted);
    }
  }
}
