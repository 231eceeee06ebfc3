package org.jccl.sim;

import java.util.function.LongUnaryOperator;
import org.jccl.CommunicatorConfig;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.config.TimeLimit;
import org.jccl.ops.CallArguments;
import org.jccl.sim.abi.AbiOperations;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.Endpoint;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Rethrown;
import org.jccl.sim.kernel.Wait;
import org.jccl.spi.LibraryCommunicator;
import org.jspecify.annotations.Nullable;

/**
 * The typed face of a simulated rank; operations take the way that stands behind the C functions.
 */
final class SimCommunicator extends LibraryCommunicator {
  private final SimBackend backend;
  private final SimDevice device;
  private final Kernel kernel;
  private final AbiOperations operations;
  private @Nullable CommLifecycle life;

  /** The communicator of one rank, still to be opened. */
  SimCommunicator(
      SimBackend backend,
      SimDevice device,
      String name,
      int rank,
      int worldSize,
      CommunicatorConfig config) {
    super(backend, name, rank, worldSize, device, config);
    this.backend = backend;
    this.operations = backend.raw().operations();
    this.device = device;
    this.kernel = device.simulation().kernel();
    if (path() instanceof SimCallPath own) {
      own.asksFor(this::progress);
    }
  }

  /** The simulated rank; null before it has joined, kept when its handle has gone. */
  private @Nullable CommLifecycle joined() {
    CommLifecycle known = life;
    if (known == null && handle().value() != 0) {
      CommLifecycle found = backend.raw().life(handle().value());
      Endpoint own = found == null ? null : found.endpoint();
      if (own != null) {
        known = found;
        life = found;
        pin(own);
      }
    }
    return known;
  }

  /** How NCCL would carry out calls of this communicator. */
  CallPlans plans() {
    return new CallPlans(life().operations().shared().planning(), kernel);
  }

  private void pin(Endpoint known) {
    new CallPlans(known.shared().planning(), kernel)
        .pin(known.member().rank(), config().algorithm(), config().protocol());
  }

  /** The simulated rank's life: at hand, so that no call has to look its handle up. */
  private CommLifecycle life() {
    CommLifecycle own = joined();
    if (own == null) {
      throw new IllegalStateException(name() + " has no handle yet");
    }
    return own;
  }

  // ---- calls

  /** The lock of the handle is for what does not wait; here every call may wait for its turn. */
  @Override
  protected int quick(String what, TimeLimit limit, LongUnaryOperator call) {
    long comm = handle().value();
    return comm == 0 ? 0 : Math.toIntExact(call.applyAsLong(comm));
  }

  @Override
  public State state() {
    State now = super.state();
    if (now == State.OPENING || now == State.BUSY) {
      path().pause(); // a loop that polls comes to an end
      now = super.state();
    }
    return now;
  }

  @Override
  protected void requireUsable() {
    CommLifecycle own = joined();
    RuntimeException refusal = own == null ? null : own.refusal();
    if (refusal != null && handle().value() != 0) {
      throw Rethrown.of(refusal);
    }
    super.requireUsable();
  }

  @Override
  protected void raced(Thread other) {
    CommLifecycle own = joined();
    if (own != null) {
      HostTask task = kernel.enter();
      try {
        own.requireAlone(task, other);
      } finally {
        kernel.exit(task);
      }
    }
    super.raced(other);
  }

  /** A stream of this rank's device, as what it is. */
  private SimStream own(Stream stream) {
    return stream instanceof SimStream known && known.device() == device
        ? known
        : device.own(stream);
  }

  @Override
  protected void note(Stream stream) {
    own(stream);
  }

  @Override
  protected @Nullable Object siteOf(CallArguments call, Stream stream) {
    return life().operations().enqueuer().siteOf(call, own(stream));
  }

  @Override
  protected int issue(CallArguments call, Stream stream) {
    return operations.issue(life(), call, own(stream));
  }

  // ---- life

  @Override
  public String name() {
    CommLifecycle own = joined();
    Endpoint parts = own == null ? null : own.endpoint();
    return parts == null ? super.name() : parts.member().comm().name();
  }

  private Wait progress() {
    CommLifecycle own = joined();
    return own == null
        ? Wait.of("a change of the state of " + super.name() + ", which has no handle")
        : own.progress();
  }

  @Override
  public ResultCode asyncError() {
    path().pause(); // a loop that polls comes to an end
    return super.asyncError();
  }

  @Override
  public void abort() {
    joined(); // remembered: the handle goes
    super.abort();
  }

  @Override
  public void close() {
    leave();
    super.close();
  }

  /** What the program has not closed before its communicator is a leak, though it goes, too. */
  private void leave() {
    CommLifecycle own = joined();
    if (own != null && (own.refusal() == null || own.isBrokenDown())) {
      HostTask task = kernel.enter();
      kernel.declares(task);
      try {
        own.leave(this::isOwnWindow, super.state() == State.ABORTED);
      } finally {
        kernel.exit(task);
      }
    }
  }
}
