package org.jccl.sim.comm.call;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;
import org.jccl.ops.CallArguments;
import org.jccl.ops.CallSetting;
import org.jccl.ops.Composite;
import org.jccl.ops.Operation;
import org.jccl.sim.device.Hazards.Accessor;
import org.jccl.sim.device.KeptMemory;
import org.jccl.sim.device.SimStream;
import org.jspecify.annotations.Nullable;

/**
 * One checked call of one rank before it has a place in the sequence. A program that repeats itself
 * uses the same one again, so it keeps what was found out about it; graphs keep it, to make the
 * call again.
 */
public final class Request {
  private final int rank;
  private final Operation operation;
  private final long send;
  private final long recv;
  private final long count;
  private final DataType type;
  private final int reduction;
  private final @Nullable CustomReduction scale;
  private final int rootOrPeer;
  private final SimStream stream;
  private final long captureNumber;
  private final boolean captured;
  private @Nullable Object site;
  private final @Nullable Composite partOf;
  private final boolean ownKernel;
  private final @Nullable CallSetting setting;
  private final boolean collective;
  private final boolean dropped;
  private final boolean inPlace;
  private @Nullable PlannedCalls planned;
  private @Nullable Object allocations;
  private @Nullable MemorySegment sendMemory;
  private @Nullable MemorySegment recvMemory;
  private @Nullable Accessor accessor;

  /**
   * The call that {@code arguments} state.
   *
   * @param scale what a PreMulSum was when the call was made: it may be destroyed before the call
   *     is launched by a group's end or a graph (rules PMS-07, STR-20)
   * @param captureNumber its number among the collectives that were captured on this rank, or -1
   * @param site where it was made, if that is kept
   */
  public Request(
      int rank,
      CallArguments arguments,
      @Nullable CustomReduction scale,
      SimStream stream,
      long captureNumber,
      @Nullable Object site) {
    this.rank = rank;
    this.operation = arguments.operation();
    this.send = arguments.send();
    this.recv = arguments.recv();
    this.count = arguments.count();
    this.type = DataType.ofCode(arguments.type());
    this.reduction = arguments.reduction();
    this.scale = scale;
    this.rootOrPeer = arguments.rootOrPeer();
    this.stream = stream;
    this.captureNumber = captureNumber;
    this.captured = stream.isCapturing();
    this.site = site;
    this.partOf = arguments.partOf();
    this.ownKernel = arguments.isOwnKernel();
    this.setting = arguments.setting();
    this.collective = !operation.hasPeer();
    this.dropped = count == 0 && collective;
    this.inPlace = isInPlace();
  }

  private Request(Request source, SimStream other, boolean isCaptured, @Nullable Object site) {
    this.rank = source.rank;
    this.operation = source.operation;
    this.send = source.send;
    this.recv = source.recv;
    this.count = source.count;
    this.type = source.type;
    this.reduction = source.reduction;
    this.scale = source.scale;
    this.rootOrPeer = source.rootOrPeer;
    this.stream = other;
    this.captureNumber = source.captureNumber;
    this.captured = isCaptured;
    this.site = site;
    this.partOf = source.partOf;
    this.ownKernel = source.ownKernel;
    this.setting = source.setting;
    this.collective = source.collective;
    this.dropped = source.dropped;
    this.inPlace = source.inPlace;
  }

  /** The same captured call, made again by a graph on another stream. */
  public Request on(SimStream other, @Nullable Object where) {
    return new Request(this, other, true, where);
  }

  /** It is made again, at that place of the program. */
  public void madeAt(@Nullable Object where) {
    site = where;
  }

  /** The same call, which may be made at another place of the program. */
  public Request copy() {
    Request same = new Request(this, stream, captured, site);
    same.planned = planned;
    same.allocations = allocations;
    same.sendMemory = sendMemory;
    same.recvMemory = recvMemory;
    same.accessor = accessor;
    return same;
  }

  private boolean isInPlace() {
    long block = rank * count * type.bytes();
    return operation.isInPlace(send, recv, block);
  }

  /** Whether one of jccl's own kernels carries it out. */
  public boolean isOwnKernel() {
    return ownKernel;
  }

  /** What it does. */
  public Operation operation() {
    return operation;
  }

  /** Address of the send buffer. */
  public long send() {
    return send;
  }

  /** Address of the receive buffer. */
  public long recv() {
    return recv;
  }

  /** NCCL's count argument. */
  public long count() {
    return count;
  }

  /** Type of the elements. */
  public DataType type() {
    return type;
  }

  /** Code of the reduction. */
  public int reduction() {
    return reduction;
  }

  /** What a PreMulSum was when the call was made, or null. */
  public @Nullable CustomReduction scale() {
    return scale;
  }

  /** The device memory of its scalar, which the operation reads when it runs (PMS-03), or null. */
  public @Nullable KeptMemory deviceScalar() {
    return scale == null ? null : scale.device();
  }

  /** Root of a rooted operation, or peer of a message. */
  public int rootOrPeer() {
    return rootOrPeer;
  }

  /** Where it is ordered. */
  public SimStream stream() {
    return stream;
  }

  /** Its number among the collectives that were captured on this rank, or -1. */
  public long captureNumber() {
    return captureNumber;
  }

  /** Whether it is captured into a graph, or replayed by one. */
  public boolean captured() {
    return captured;
  }

  /** Where the call was made, if that is kept. */
  public @Nullable Object site() {
    return site;
  }

  /** The method of the API that it carries out, or null if it is called as itself. */
  public @Nullable Composite partOf() {
    return partOf;
  }

  /** The configuration of the call, or null if it has none. */
  public @Nullable CallSetting setting() {
    return setting;
  }

  /** Whether it has a position among the collectives of its communicator. */
  public boolean isCollective() {
    return collective;
  }

  /** A collective of count 0 is dropped (rule COL-02); an empty message is not (P2P-04). */
  public boolean isDropped() {
    return dropped;
  }

  /** Whether its buffers have the operation's in-place form. */
  public boolean inPlace() {
    return inPlace;
  }

  // ---------------------------------------------------------------- what was found out about it

  /** How it is carried out where it is alone; null if that is not known. */
  public @Nullable PlannedCalls planned() {
    return planned;
  }

  /** Keeps how it is carried out. */
  public void keep(PlannedCalls plan) {
    planned = plan;
  }

  /** What it is as a user of memory; null if it was none yet. */
  public @Nullable Accessor accessor() {
    return accessor;
  }

  /** Keeps that. */
  public void keep(Accessor made) {
    accessor = made;
  }

  /** The state of the device's memory in which its buffers were found; null before that. */
  public @Nullable Object allocations() {
    return allocations;
  }

  /** Its buffers were found, in that state of the device's memory. */
  public void found(
      Object state, @Nullable MemorySegment sendBuffer, @Nullable MemorySegment recvBuffer) {
    allocations = state;
    sendMemory = sendBuffer;
    recvMemory = recvBuffer;
  }

  /** The send buffer, once it was found; null if it has none. */
  public @Nullable MemorySegment sendMemory() {
    return sendMemory;
  }

  /** The receive buffer, once it was found; null if it has none. */
  public @Nullable MemorySegment recvMemory() {
    return recvMemory;
  }
}
