package org.jccl.sim;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.ops.CallArguments;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.Clique;
import org.jccl.sim.comm.Endpoint;
import org.jccl.sim.comm.Life;
import org.jccl.sim.comm.Planning;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.machine.CallPlan;
import org.jccl.sim.machine.SymmetricCallPlan;
import org.jccl.spi.LibraryCommunicator;
import org.jspecify.annotations.Nullable;

/** The typed face of an {@link Endpoint}: each call goes through the simulated C function. */
public final class SimCommunicator extends LibraryCommunicator {
  private final SimBackend backend;
  private final SimDevice device;
  private final Kernel kernel;
  private @Nullable Endpoint endpoint;

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
    this.device = device;
    this.kernel = device.world().kernel();
  }

  /** The simulated rank; null while it opens, kept when its handle has gone. */
  private @Nullable Endpoint endpoint() {
    Endpoint known = endpoint;
    if (known == null && handle().value() != 0) {
      known = backend.raw().endpoint(handle().value());
      endpoint = known;
      if (known != null) {
        pin(known);
      }
    }
    return known;
  }

  /**
   * {@return how NCCL would carry out a collective that is alone in its group}
   *
   * @param operation the operation
   * @param type the element type
   * @param reduction how elements are combined
   * @param count number of elements
   * @param registered whether both buffers are registered
   * @throws IllegalArgumentException if NCCL makes messages of the operation
   * @throws org.jccl.CollectiveException if pins and variables leave no algorithm
   */
  public CallPlan plan(
      Operation operation, DataType type, ReduceOp reduction, long count, boolean registered) {
    return planned(
        operation,
        count,
        known -> known.plan(operation, type, reduction.code(), count, registered));
  }

  /**
   * {@return how NCCL would carry it out by a symmetric kernel; empty if it would not}
   *
   * @param operation the operation
   * @param type the element type
   * @param reduction how elements are combined
   * @param count number of elements
   * @throws IllegalArgumentException if NCCL makes messages of the operation
   */
  public Optional<SymmetricCallPlan> planSymmetric(
      Operation operation, DataType type, ReduceOp reduction, long count) {
    return planned(
        operation, count, known -> known.planSymmetric(operation, type, reduction.code(), count));
  }

  private <T> T planned(Operation operation, long count, Function<Planning, T> plan) {
    if (operation.isMadeOfMessages() || count < 1) {
      throw new IllegalArgumentException(
          operation.label() + " x" + count + ": messages and empty calls have no algorithm");
    }
    Clique clique = life().operations().clique();
    HostTask task = kernel.enter();
    try {
      return plan.apply(clique.planning());
    } finally {
      kernel.exit(task);
    }
  }

  private void pin(Endpoint known) {
    HostTask task = kernel.enter();
    try {
      known.clique().planning().pin(known, config().algorithm(), config().protocol());
    } finally {
      kernel.exit(task);
    }
  }

  /** The simulated rank's life: at hand, so that no call has to look its handle up. */
  private Life life() {
    Endpoint own = endpoint();
    if (own == null) {
      throw new IllegalStateException(name() + " has no handle yet");
    }
    return own.life();
  }

  // ---- calls

  /** The lock of the handle is for what does not wait; here every call may wait for its turn. */
  @Override
  protected int quick(LongUnaryOperator call) {
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
    Endpoint own = endpoint();
    RuntimeException refusal = own == null ? null : own.refusal();
    if (refusal != null && handle().value() != 0) {
      throw refusal;
    }
    super.requireUsable();
  }

  @Override
  protected void raced(Thread other) {
    Endpoint own = endpoint();
    if (own != null) {
      HostTask task = kernel.enter();
      try {
        own.life().requireAlone(task, other);
      } finally {
        kernel.exit(task);
      }
    }
    super.raced(other);
  }

  @Override
  protected void note(Stream stream) {
    device.own(stream);
  }

  @Override
  protected int issue(CallArguments call, Stream stream) {
    return backend
        .raw()
        .issue(
            call.operation(),
            call.send(),
            call.recv(),
            call.count(),
            call.type(),
            call.reduction(),
            call.rootOrPeer(),
            life(),
            stream.handle());
  }

  // ---- life

  @Override
  public String name() {
    Endpoint own = endpoint();
    return own == null ? super.name() : own.name();
  }

  @Override
  public ResultCode asyncError() {
    path().pause(); // a loop that polls comes to an end
    return super.asyncError();
  }

  @Override
  public void abort() {
    endpoint(); // remembered: the handle goes
    super.abort();
  }

  @Override
  public void close() {
    endpoint();
    super.close();
  }
}
