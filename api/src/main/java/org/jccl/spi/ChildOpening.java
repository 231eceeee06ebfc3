package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntSupplier;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator.State;
import org.jccl.ResultCode;
import org.jccl.config.TimeLimit;
import org.jccl.ops.NcclFunction;
import org.jspecify.annotations.Nullable;

/**
 * One creation of a child on its way; it may end when nobody waits for it any more. {@link Opening}
 * is the same for communicators without a parent.
 */
final class ChildOpening {
  /** The native call of one creation; reads and writes only what it is given. */
  interface Creation {
    int call(MemorySegment slot, MemorySegment config);
  }

  /** How long the report of a creation that is late waits for what other ranks say. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final LibraryCommunicator child;
  private final NcclFunction function;
  private final MemorySegment config;
  private final Creation creation;

  /** Zeroed, since NCCL may leave it untouched (INIT-05). */
  private final MemorySegment slot = Arena.ofAuto().allocate(JAVA_LONG);

  private boolean abandoned;
  private boolean finished;

  ChildOpening(
      LibraryCommunicator child, NcclFunction function, MemorySegment config, Creation creation) {
    this.child = child;
    this.function = function;
    this.config = config;
    this.creation = creation;
  }

  void run(LibraryCommunicator caller) {
    boolean born = false;
    try {
      int code =
          callWithin(
              caller,
              "creation of " + child.name() + " (" + function.symbol() + ")",
              child.config().initLimit(),
              this::create);
      settle(caller, code);
      born = true;
    } finally {
      if (!born) {
        abandon();
        child.release();
      }
    }
  }

  /** Where the library waits; after {@link #abandon} what it makes is aborted at once. */
  private int create() {
    try {
      return creation.call(slot, config);
    } finally {
      synchronized (this) {
        finished = true;
        if (abandoned) {
          abort();
        }
      }
    }
  }

  private synchronized void abandon() {
    abandoned = true;
    if (finished) {
      abort();
    }
  }

  /** A handle that a failed creation left behind can only be aborted (INIT-18, SPL-08). */
  private void abort() {
    long left = slot.get(JAVA_LONG, 0);
    if (left != 0) {
      child.abi().commAbort(left);
    }
  }

  private void settle(LibraryCommunicator caller, int code) {
    boolean goesOn = code == ResultCode.IN_PROGRESS.code();
    if (code != 0 && !goesOn) {
      if (caller == child) {
        throw caller.failure(code, "joining a growing communicator");
      }
      caller.guard().settled(code, "creation of " + child.name());
    }
    if (caller != child) {
      caller.guard().mayGoOn();
    }
    long handle = slot.get(JAVA_LONG, 0);
    if (handle != 0 && !child.isNonblocking() && !goesOn) {
      child.handle().opened(handle);
      child.learn();
    } else if (handle != 0) {
      child.handle().opening(handle);
    } else if (caller != child && caller.handle().state() == State.BUSY) {
      child.handle().opening(caller.handle(), () -> slot.get(JAVA_LONG, 0));
    } else {
      throw caller.failure(caller.handle().storedCode(), "creation of " + child.name());
    }
    child.keep(this);
    child.born();
  }

  /**
   * Makes a call for a creation, which may wait for ranks that never come (rule INIT-02).
   *
   * @throws CollectiveTimeoutException if it has not ended in time; it goes on then
   */
  static int callWithin(
      LibraryCommunicator caller, String what, TimeLimit limit, IntSupplier body) {
    caller.job().creates(what);
    try {
      OptionalInt code = caller.path().callWithin(what, limit, caller.job().lostWhile(limit), body);
      if (code.isPresent()) {
        return code.getAsInt();
      }
      Optional<String> lost = caller.job().lostMember();
      if (lost.isPresent()) {
        throw new CollectiveException(
            ResultCode.REMOTE_ERROR,
            caller.who()
                + ": the "
                + what
                + " was given up: "
                + lost.get()
                + ". The native call cannot be taken back and waits on in the background. Abort"
                + " this communicator");
      }
    } catch (CollectiveTimeoutException givenUp) {
      throw late(caller, what, limit, givenUp);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CollectiveException(
          ResultCode.UNKNOWN, caller + ": interrupted during the " + what);
    } finally {
      caller.job().creates("");
    }
    throw late(caller, what, limit, null);
  }

  private static CollectiveTimeoutException late(
      LibraryCommunicator caller,
      String what,
      TimeLimit limit,
      @Nullable CollectiveTimeoutException givenUp) {
    return new CollectiveTimeoutException(
        caller
            + ": the "
            + what
            + " took longer than initTimeout "
            + limit
            + (givenUp == null ? "" : ": " + givenUp.getMessage())
            + caller.job().wordsOfOthers("", PATIENCE)
            + ". A rank is late or missing, or has something in flight (SPL-11): abort this"
            + " communicator."
            + (givenUp == null
                ? " The native call cannot be taken back and waits on in the background."
                : ""),
        givenUp);
  }
}
