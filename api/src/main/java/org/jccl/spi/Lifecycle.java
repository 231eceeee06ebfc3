package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.function.LongToIntFunction;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator.State;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.WorkFailedException;
import org.jccl.config.TimeLimit;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.StateRules.Act;

/**
 * What changes a communicator's state (chapter 3 of the rule book): finalize, revoke, suspend,
 * resume; and its end, by finalize and destroy or by abort, each bounded in time.
 *
 * <p>A call that does not come back is left alone: the handle is half gone then and must not be
 * touched from another thread (LIF-12, LIF-16).
 */
final class Lifecycle {
  private static final System.Logger LOG = System.getLogger("org.jccl");
  private static final int IN_PROGRESS = ResultCode.IN_PROGRESS.code();
  private static final Set<State> ENDS_WELL =
      EnumSet.of(State.READY, State.FINALIZED, State.REVOKED, State.SUSPENDED);

  private final LibraryCommunicator owner;
  private final NcclAbi abi;
  private final AtomicBoolean closing = new AtomicBoolean();

  /** The function that ends the communicator now, for messages. */
  private volatile String inside = "";

  Lifecycle(LibraryCommunicator owner, NcclAbi abi) {
    this.owner = owner;
    this.abi = abi;
  }

  // ---- states

  void finalizeCommunicator() {
    owner.guard().requireLegal(Act.FINALIZE, "finalize");
    reach(
        State.FINALIZED,
        "finalize (ncclCommFinalize)",
        owner.config().closeLimit(),
        abi::commFinalize);
  }

  void revoke() {
    owner.guard().require(NcclFunction.COMM_REVOKE);
    owner.guard().requireLegal(Act.REVOKE, "revoke");
    reach(
        State.REVOKED,
        "revoke (ncclCommRevoke)",
        owner.config().closeLimit(),
        comm -> abi.commRevoke(comm, 0));
  }

  void suspend() {
    owner.guard().require(NcclFunction.COMM_SUSPEND);
    owner.guard().requireLegal(Act.SUSPEND, "suspend");
    reach(
        State.SUSPENDED,
        "suspend (ncclCommSuspend)",
        owner.config().initLimit(),
        comm -> abi.commSuspend(comm, LibraryMemory.SUSPEND_MEMORY));
  }

  void resume() {
    owner.guard().require(NcclFunction.COMM_RESUME);
    owner.guard().requireLegal(Act.RESUME, "resume");
    reach(State.READY, "resume (ncclCommResume)", owner.config().initLimit(), abi::commResume);
  }

  private void reach(State state, String what, TimeLimit limit, LongToIntFunction call) {
    int code = owner.calls().bounded(what, limit, () -> call.applyAsInt(owner.handle().value()));
    if (code == 0 && state == State.REVOKED) {
      owner.handle().revoked();
    } else if (code == 0) {
      owner.handle().become(state);
    } else if (code == IN_PROGRESS) {
      owner.handle().busyUntil(state);
    } else {
      owner.guard().settled(code, what);
    }
  }

  // ---- end

  void abort() {
    long comm = taken();
    if (comm != 0) {
      kill(comm);
    }
  }

  /** The same for a caller who waits no longer: the library's abort goes on alone. */
  void abortAside() {
    long comm = taken();
    if (comm != 0) {
      Thread.ofPlatform().daemon().name("jccl-abort-" + owner.name()).start(() -> kill(comm));
    }
  }

  private long taken() {
    long comm = owner.handle().take(State.ABORTED);
    if (comm != 0) {
      owner.kernels().abort();
      CallHook heard = owner.hook();
      if (heard != null) {
        heard.aborted();
      }
      refuseStreams();
      owner.abandonPrepared();
    }
    return comm;
  }

  /** Before the abort: a thread that waits on a stream returns by it, and then looks. */
  private void refuseStreams() {
    if (owner.defaultStream() instanceof OwnedStream own && !own.isClosed()) {
      own.refuse(owner.guard().aborted(null));
    }
    if (!owner.reason().words().isEmpty()) {
      // The program did not ask for it: on its own streams the next wait says so, once.
      for (Stream each : owner.streams().snapshot()) {
        if (each != owner.defaultStream() && each instanceof OwnedStream used && !used.isClosed()) {
          used.interrupt(owner.guard().aborted(null));
        }
      }
    }
  }

  /** From here on the ranks of a host meet in a finalize (VER-13). */
  private static final int FINALIZE_MEETS = 23102;

  void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    long deadline = owner.path().now() + owner.config().closeLimit().nanos();
    try {
      owner.closeWhatIsMade();
      end(deadline);
    } finally {
      owner.release();
    }
  }

  private void end(long deadline) {
    State last = settledState(left(deadline));
    List<CollectiveException> found = new ArrayList<>(1);
    boolean sound =
        ENDS_WELL.contains(last) && !owner.path().isStuck() && hasFinished(left(deadline), found);
    CallHook heard = owner.hook();
    if (sound && heard != null && last != State.REVOKED) {
      heard.finish(left(deadline), found);
    }
    long comm = owner.handle().take(State.CLOSED);
    if (comm != 0 && sound) {
      // Only a ready one may be finalized (LIF-03, LIF-20), and since 2.31.2 that waits for ranks
      // whom the same thread may close later; Destroy does what is left to do (VER-13, LIF-07).
      boolean finalizes = last == State.READY && owner.version() < FINALIZE_MEETS;
      within(owner.path(), "close", left(deadline), () -> finalizeAndDestroy(comm, finalizes));
    } else if (comm != 0) {
      kill(comm);
    }
    if (!found.isEmpty()) {
      throw found.getFirst();
    }
  }

  private TimeLimit left(long deadline) {
    return TimeLimit.remaining(deadline, owner.path().now());
  }

  /** Waits for a nonblocking call: what is busy cannot be destroyed (LIF-11). */
  private State settledState(TimeLimit left) {
    try {
      owner.guard().awaitReady(left);
    } catch (RuntimeException notReady) {
      LOG.log(Level.DEBUG, owner + ": closed without having come to rest", notReady);
    }
    return owner.state();
  }

  /** LIF-07: an early local destroy would not wait for what this rank has in flight. */
  private boolean hasFinished(TimeLimit left, List<CollectiveException> found) {
    try {
      if (owner.streams().awaitIdle(left.deadline())) {
        return true;
      }
      LOG.log(
          Level.WARNING,
          "{0}: its work has not ended in {1}, so it is aborted: a peer may be missing",
          owner,
          owner.config().closeLimit());
    } catch (ReportedMisuse | WorkFailedException first) {
      // Of work that ended after the program's last call: nobody else was told.
      found.add(first);
      return found.size() == 1 && hasFinished(left, found);
    } catch (RuntimeException failed) {
      ClosingLog.failed(owner + ": its work has failed, so it is aborted", failed);
    }
    return false;
  }

  private int finalizeAndDestroy(long comm, boolean finalizes) {
    owner.device().makeCurrent();
    boolean isOver = false;
    try {
      int code = finalizes ? settledFinalize(comm) : 0;
      isOver = true;
      return code == 0 ? destroy(comm) : abi.commAbort(comm);
    } finally {
      if (!isOver) {
        abi.commAbort(comm);
      }
    }
  }

  /** Destroys; aborts instead if a failure has come in between, which is refused (LIF-11). */
  private int destroy(long comm) {
    inside = "ncclCommDestroy";
    int code = abi.commDestroy(comm);
    if (code != 0) {
      abi.groupEnd(); // the group that NCCL has opened, and left open
      abi.commAbort(comm);
    }
    return code;
  }

  private int settledFinalize(long comm) {
    inside = "ncclCommFinalize";
    int code = abi.commFinalize(comm);
    return code == IN_PROGRESS ? polled(comm) : code;
  }

  private int polled(long comm) {
    int code = IN_PROGRESS;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stored = arena.allocate(JAVA_INT);
      while (code == IN_PROGRESS) {
        owner.path().pause();
        inside = "ncclCommGetAsyncError";
        code = abi.commGetAsyncError(comm, stored);
        code = code != 0 ? code : stored.get(JAVA_INT, 0);
      }
    }
    return code;
  }

  /**
   * Aborts, on a path made for it: the communicator's own may be in the very call that is to be
   * ended, and an abort itself waits for kernels to stop and graphs to go (LIF-06, LIF-14).
   */
  private void kill(long comm) {
    CallPath aside = owner.path().beside("jccl-abort-" + owner.name());
    try {
      within(aside, "abort", owner.config().closeLimit(), () -> abort(comm));
    } finally {
      aside.end();
    }
  }

  private int abort(long comm) {
    owner.device().makeCurrent();
    inside = "ncclCommAbort";
    return abi.commAbort(comm);
  }

  private void within(CallPath path, String what, TimeLimit limit, IntSupplier body) {
    try {
      path.callWithin(what + " of " + owner.name(), limit, body)
          .ifPresentOrElse(
              code -> ended(what, code), () -> goesOn(what, owner.config().closeLimit()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ReportedMisuse | WorkFailedException found) {
      throw found;
    } catch (CollectiveTimeoutException givenUp) {
      LOG.log(
          Level.WARNING,
          "{0}: {1} has not ended in {2}, so it is aborted: {3}",
          owner,
          what,
          owner.config().closeLimit(),
          givenUp.getMessage());
    } catch (RuntimeException failed) {
      ClosingLog.failed(owner + ": " + what + " failed", failed);
    }
  }

  private void ended(String what, int code) {
    if (code != 0) {
      LOG.log(Level.WARNING, "{0}: {1} ended with {2}", owner, what, code);
    }
  }

  private void goesOn(String what, TimeLimit limit) {
    LOG.log(
        Level.WARNING,
        "{0}: {1} has not ended in {2}: {3} has not come back and goes on in the background."
            + " Close the graphs that captured the communicator before it (LIF-06)",
        owner,
        what,
        limit,
        inside);
  }
}
