package org.jccl.spi;

import java.time.Duration;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator.State;
import org.jccl.CommunicatorAbortedException;
import org.jccl.Device;
import org.jccl.Stream;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Makes one communicator's calls of the library in the time that they have. NCCL knows no time-out:
 * a call that may wait for a peer ends the communicator when it is late, another one leaves it
 * broken.
 */
final class BoundedCalls {
  /** At least and at most how long a time-out of the caller waits for what other ranks say. */
  private static final Duration QUOTE_OF_A_LIMIT = Duration.ofMillis(150);

  private static final Duration QUOTE_OF_A_DELAY = Duration.ofSeconds(1);

  /** Asks the library what it answers without waiting, if it is not broken. */
  interface Asking {
    /** The call's result; {@code current} is the device that it needs. */
    int ask(Device current, String what, TimeLimit limit, IntSupplier body);
  }

  private final CommunicatorBase owner;
  private final Asking library;
  private final boolean canHang;
  private final CallPath path;
  private final NativeHandle handle;
  private final JobMember job;
  private final Function<String, CommunicatorAbortedException> end;

  /** At most how long the call of an operation may take; null where nobody has said. */
  private @Nullable TimeLimit limit;

  /**
   * Calls on {@code path}.
   *
   * @param canHang whether calls of the library may not come back
   * @param end ends the communicator for that reason; gives what the program gets
   */
  BoundedCalls(
      CommunicatorBase owner,
      Asking library,
      boolean canHang,
      CallPath path,
      NativeHandle handle,
      JobMember job,
      Function<String, CommunicatorAbortedException> end) {
    this.owner = owner;
    this.canHang = canHang;
    this.library = library;
    this.path = path;
    this.handle = handle;
    this.job = job;
    this.end = end;
    limit(null);
  }

  /** At most how long the call of an operation may take; null where nobody has said. */
  @Nullable TimeLimit limit() {
    return limit;
  }

  /**
   * The next calls take so long at most; null: as long as the communicator's calls may take. Where
   * calls of the library cannot hang, a limit would only be one more.
   */
  void limit(@Nullable TimeLimit next) {
    if (canHang) {
      limit = next == null ? own() : next;
    }
  }

  private @Nullable TimeLimit own() {
    return owner.config().operationLimit().orElse(null);
  }

  /**
   * Makes the call of an operation by another thread, in the time that operations have. If the
   * library does not come back, the communicator is aborted: the call may wait for a peer.
   */
  int within(String what, Supplier<String> inside, IntSupplier body) {
    TimeLimit most = limit;
    if (most == null) {
      return path.call(what, body);
    }
    job.isIn(inside);
    try {
      return path.bounded(what, most, () -> handle.state() == State.ABORTED, body);
    } catch (CollectiveTimeoutException late) {
      CommunicatorAbortedException why =
          end.apply(
              "a call of the library has not come back for "
                  + most
                  + (most == own() ? " (operationTimeout)" : "")
                  + ": "
                  + inside.get());
      why.addSuppressed(late);
      throw why;
    }
  }

  /** Waits for what was issued on {@code stream}; null: as long as operations have. */
  void awaitWork(Stream stream, @Nullable TimeLimit given) {
    TimeLimit most = given == null ? own() : given;
    try {
      CommunicatorBase.synchronize(stream, most);
    } catch (CollectiveTimeoutException late) {
      if (given != null || most == null) {
        throw ofCaller(late, most); // its own limit: the work may go on
      }
      CommunicatorAbortedException why =
          end.apply("work on " + stream + " has not ended in " + most + " (operationTimeout)");
      why.addSuppressed(late);
      throw why;
    }
  }

  /** With how far the other ranks are; that may take a quarter of the limit more, or a second. */
  private CollectiveTimeoutException ofCaller(
      CollectiveTimeoutException late, @Nullable TimeLimit most) {
    if (most == null || !canHang) {
      return late;
    }
    long nanos =
        Math.clamp(most.nanos() / 4, QUOTE_OF_A_LIMIT.toNanos(), QUOTE_OF_A_DELAY.toNanos());
    String others = job.wordsOfOthers("", Duration.ofNanos(nanos));
    return others.isEmpty()
        ? late
        : new CollectiveTimeoutException(late.getMessage() + others, late);
  }

  /** Makes a call that may wait for other ranks, and that sets up or ends something. */
  int bounded(String what, TimeLimit most, IntSupplier body) {
    try {
      return path.bounded(what, most, body);
    } catch (CollectiveTimeoutException late) {
      throw broken(late);
    }
  }

  /** Makes a call that waits for no other rank, and that any thread may make. */
  int asked(String what, TimeLimit most, IntSupplier body) {
    try {
      return library.ask(owner.device(), what, most, body);
    } catch (CollectiveTimeoutException late) {
      throw broken(late);
    }
  }

  /** The library has not come back from a call: nothing but an abort is asked of it any more. */
  private CollectiveTimeoutException broken(CollectiveTimeoutException late) {
    handle.broken(late.getMessage());
    return new CollectiveTimeoutException(
        owner.who() + ": " + late.getMessage() + ". Abort the communicator", late);
  }
}
