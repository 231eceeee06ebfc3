package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.jccl.sim.abi.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.abi.AbiState.OK;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.ops.CallArguments;
import org.jccl.ops.NcclFunction;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.creation.Bootstrap;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.Simulation;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/**
 * The simulator behind NCCL's C functions: the same result codes from the same wrong arguments,
 * checked in the same order (chapter 8 of the rule book). A misuse that NCCL would not notice is
 * thrown as {@link ReportedMisuse}. What the functions do is in a class for each theme.
 */
public final class SimAbi implements NcclAbi {
  private final AbiState state;
  private final AbiCreation creation;
  private final AbiFamilies families;
  private final AbiLifecycle lifecycle;
  private final AbiOperations operations;
  private final AbiGroups groups;
  private final AbiMemory memory;
  private final AbiRegistration registration;
  private final AbiOneSided oneSided;
  private final AbiSuspension suspension;
  private final AbiParameters parameters;

  public SimAbi(Simulation simulation, Bootstrap creations, List<SimDevice> devices) {
    this.state = new AbiState(simulation, creations, devices);
    this.creation = new AbiCreation(state);
    this.families = new AbiFamilies(state);
    this.lifecycle = new AbiLifecycle(state);
    this.operations = new AbiOperations(state);
    this.groups = new AbiGroups(state);
    this.memory = new AbiMemory(state);
    this.registration = new AbiRegistration(state);
    this.oneSided = new AbiOneSided(state);
    this.suspension = new AbiSuspension(state);
    this.parameters = new AbiParameters(state);
  }

  /** The calling thread ends: what it leaves open is reported (SIM-41). */
  public @Nullable ReportedMisuse threadEnds() {
    return state.threadEnds();
  }

  /** Number of communicators that have a handle: neither destroyed nor aborted. */
  public int communicators() {
    return state.communicators();
  }

  /** Reports the groups whose threads have ended (SIM-41). */
  public void reportLostGroups() {
    state.reportLostGroups();
  }

  /** The stored state of a handle (rule ERR-01); waits for nobody. */
  public int storedCode(long comm) {
    CommLifecycle life = state.life(comm);
    return life == null ? INVALID_ARGUMENT : life.state();
  }

  /** Whose handle it is, or null. */
  public @Nullable CommLifecycle life(long comm) {
    return state.life(comm);
  }

  /** The communicators of one device that have a handle, in the order of their handles. */
  public List<CommLifecycle> livesOn(int device) {
    return state.livesOn(device);
  }

  /** The calling thread's process is gone: what it leaves open is nobody's mistake. */
  public void threadIsGone() {
    state.threadIsGone();
  }

  /** Stream operations, for a caller that knows whose handle it has. */
  public AbiOperations operations() {
    return operations;
  }

  @Override
  public int issue(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      long comm,
      long stream) {
    return operations.issue(
        operation, send, recv, count, type, reduction, rootOrPeer, comm, stream);
  }

  // ---------------------------------------------------------------- library

  @Override
  public int getVersion(MemorySegment version) {
    if (AbiState.isNull(version)) {
      return INVALID_ARGUMENT;
    }
    version.set(JAVA_INT_UNALIGNED, 0, state.simulation().version());
    return OK;
  }

  @Override
  public String getErrorString(int result) {
    return switch (ResultCode.of(result)) {
      case SUCCESS -> "no error";
      case UNHANDLED_CUDA_ERROR -> "unhandled cuda error";
      case SYSTEM_ERROR -> "unhandled system error";
      case INTERNAL_ERROR -> "internal error";
      case INVALID_ARGUMENT -> "invalid argument";
      case INVALID_USAGE -> "invalid usage";
      case REMOTE_ERROR -> "remote process exited or there was a network error";
      case IN_PROGRESS -> "operation in progress";
      case TIMEOUT ->
          state.simulation().version() >= 23003 ? "operation timed out" : "unknown result code";
      case UNKNOWN -> "unknown result code";
    };
  }

  /** Of the process, whatever the communicator (ERR-07). */
  @Override
  public String getLastError(long comm) {
    return state.lastError();
  }

  // ---------------------------------------------------------------- creation

  @Override
  public int getUniqueId(MemorySegment uniqueId) {
    return creation.getUniqueId(uniqueId);
  }

  @Override
  public int commInitRank(MemorySegment comm, int nranks, MemorySegment uniqueId, int rank) {
    return creation.commInitRank(comm, nranks, uniqueId, rank);
  }

  @Override
  public int commInitRankConfig(
      MemorySegment comm, int nranks, MemorySegment uniqueId, int rank, MemorySegment config) {
    return creation.commInitRankConfig(comm, nranks, uniqueId, rank, config);
  }

  @Override
  public int commInitAll(MemorySegment comms, int ndev, MemorySegment deviceList) {
    return creation.commInitAll(comms, ndev, deviceList);
  }

  @Override
  public int commInitRankScalable(
      MemorySegment comm,
      int nranks,
      int rank,
      int idCount,
      MemorySegment ids,
      MemorySegment config) {
    return creation.commInitRankScalable(comm, nranks, rank, idCount, ids, config);
  }

  @Override
  public int commSplit(long comm, int color, int key, MemorySegment newComm, MemorySegment config) {
    return families.commSplit(comm, color, key, newComm, config);
  }

  @Override
  public int commShrink(
      long comm,
      MemorySegment excluded,
      int excludedCount,
      MemorySegment newComm,
      MemorySegment config,
      int flags) {
    return families.commShrink(comm, excluded, excludedCount, newComm, config, flags);
  }

  @Override
  public int commGrow(
      long comm,
      int nranks,
      MemorySegment uniqueId,
      int rank,
      MemorySegment newComm,
      MemorySegment config) {
    return families.commGrow(comm, nranks, uniqueId, rank, newComm, config);
  }

  @Override
  public int commGetUniqueId(long comm, MemorySegment uniqueId) {
    return families.commGetUniqueId(comm, uniqueId);
  }

  // ---------------------------------------------------------------- lifecycle

  @Override
  public int commRevoke(long comm, int flags) {
    return lifecycle.commRevoke(comm, flags);
  }

  @Override
  public int commFinalize(long comm) {
    return lifecycle.commFinalize(comm);
  }

  @Override
  public int commDestroy(long comm) {
    return lifecycle.commDestroy(comm);
  }

  @Override
  public int commAbort(long comm) {
    return lifecycle.commAbort(comm);
  }

  @Override
  public int commGetAsyncError(long comm, MemorySegment result) {
    return lifecycle.commGetAsyncError(comm, result);
  }

  @Override
  public int commCount(long comm, MemorySegment count) {
    return lifecycle.commCount(comm, count);
  }

  @Override
  public int commCuDevice(long comm, MemorySegment device) {
    return lifecycle.commCuDevice(comm, device);
  }

  @Override
  public int commUserRank(long comm, MemorySegment rank) {
    return lifecycle.commUserRank(comm, rank);
  }

  // ---------------------------------------------------------------- operations

  @Override
  public int redOpCreatePreMulSum(
      MemorySegment op, long scalar, int type, int residence, long comm) {
    return operations.redOpCreatePreMulSum(op, scalar, type, residence, comm);
  }

  @Override
  public int redOpDestroy(int op, long comm) {
    return operations.redOpDestroy(op, comm);
  }

  @Override
  public int allReduce(long send, long recv, long count, int type, int op, long comm, long stream) {
    return operations.issue(Operation.ALL_REDUCE, send, recv, count, type, op, 0, comm, stream);
  }

  @Override
  public int broadcast(
      long send, long recv, long count, int type, int root, long comm, long stream) {
    return operations.issue(Operation.BROADCAST, send, recv, count, type, 0, root, comm, stream);
  }

  @Override
  public int bcast(long buffer, long count, int type, int root, long comm, long stream) {
    return broadcast(buffer, buffer, count, type, root, comm, stream);
  }

  @Override
  public int reduce(
      long send, long recv, long count, int type, int op, int root, long comm, long stream) {
    return operations.issue(Operation.REDUCE, send, recv, count, type, op, root, comm, stream);
  }

  @Override
  public int allGather(long send, long recv, long count, int type, long comm, long stream) {
    return operations.issue(Operation.ALL_GATHER, send, recv, count, type, 0, 0, comm, stream);
  }

  @Override
  public int reduceScatter(
      long send, long recv, long count, int type, int op, long comm, long stream) {
    return operations.issue(Operation.REDUCE_SCATTER, send, recv, count, type, op, 0, comm, stream);
  }

  @Override
  public int allToAll(long send, long recv, long count, int type, long comm, long stream) {
    return operations.issue(Operation.ALL_TO_ALL, send, recv, count, type, 0, 0, comm, stream);
  }

  @Override
  public int gather(long send, long recv, long count, int type, int root, long comm, long stream) {
    return operations.issue(Operation.GATHER, send, recv, count, type, 0, root, comm, stream);
  }

  @Override
  public int scatter(long send, long recv, long count, int type, int root, long comm, long stream) {
    return operations.issue(Operation.SCATTER, send, recv, count, type, 0, root, comm, stream);
  }

  @Override
  public int send(long buffer, long count, int type, int peer, long comm, long stream) {
    return operations.issue(Operation.SEND, buffer, 0, count, type, 0, peer, comm, stream);
  }

  @Override
  public int recv(long buffer, long count, int type, int peer, long comm, long stream) {
    return operations.issue(Operation.RECV, 0, buffer, count, type, 0, peer, comm, stream);
  }

  // ---------------------------------------------------------------- groups

  @Override
  public int groupStart() {
    return groups.groupStart();
  }

  @Override
  public int groupEnd() {
    return groups.groupEnd();
  }

  @Override
  public int groupSimulateEnd(MemorySegment info) {
    return groups.groupSimulateEnd(info);
  }

  // ---------------------------------------------------------------- memory

  @Override
  public int memAlloc(MemorySegment address, long bytes) {
    return memory.memAlloc(address, bytes);
  }

  @Override
  public int memFree(long address) {
    return memory.memFree(address);
  }

  @Override
  public int commRegister(long comm, long buffer, long bytes, MemorySegment handle) {
    return registration.register(comm, buffer, bytes, handle);
  }

  @Override
  public int commDeregister(long comm, long handle) {
    return registration.deregister(comm, handle);
  }

  @Override
  public int commWindowRegister(
      long comm, long buffer, long bytes, MemorySegment window, int flags) {
    return registration.registerWindow(comm, buffer, bytes, window, flags);
  }

  @Override
  public int commWindowDeregister(long comm, long window) {
    return registration.deregisterWindow(comm, window);
  }

  @Override
  public int winGetUserPtr(long comm, long window, MemorySegment pointer) {
    return registration.userPointer(comm, window, pointer);
  }

  @Override
  public int commSuspend(long comm, int flags) {
    return suspension.suspend(comm, flags);
  }

  @Override
  public int commResume(long comm) {
    return suspension.resume(comm);
  }

  @Override
  public int commMemStats(long comm, int statistic, MemorySegment value) {
    return suspension.statistics(comm, statistic, value);
  }

  // ---------------------------------------------------------------- one-sided

  @Override
  public int putSignal(
      long source,
      long count,
      int type,
      int peer,
      long peerWindow,
      long peerOffset,
      int signalIndex,
      int context,
      int flags,
      long comm,
      long stream) {
    return oneSided.putSignal(
        source,
        count,
        type,
        peer,
        peerWindow,
        peerOffset,
        signalIndex,
        context,
        flags,
        comm,
        stream);
  }

  @Override
  public int signal(int peer, int signalIndex, int context, int flags, long comm, long stream) {
    return oneSided.signal(peer, signalIndex, context, flags, comm, stream);
  }

  @Override
  public int waitSignal(int descriptorCount, MemorySegment descriptors, long comm, long stream) {
    return oneSided.waitSignal(descriptorCount, descriptors, comm, stream);
  }

  // ---------------------------------------------------------------- parameters

  @Override
  public int paramBind(MemorySegment handle, MemorySegment key) {
    return parameters.bind(handle, key);
  }

  @Override
  public int paramGetI8(long handle, MemorySegment out) {
    return parameters.number(NcclFunction.PARAM_GET_I8, handle, null, out);
  }

  @Override
  public int paramGetI16(long handle, MemorySegment out) {
    return parameters.number(NcclFunction.PARAM_GET_I16, handle, null, out);
  }

  @Override
  public int paramGetI32(long handle, MemorySegment out) {
    return parameters.number(NcclFunction.PARAM_GET_I32, handle, null, out);
  }

  @Override
  public int paramGetI64(long handle, MemorySegment out) {
    return parameters.number(NcclFunction.PARAM_GET_I64, handle, null, out);
  }

  @Override
  public int paramGetU8(long handle, MemorySegment out) {
    return parameters.number(NcclFunction.PARAM_GET_U8, handle, null, out);
  }

  @Override
  public int paramGetU16(long handle, MemorySegment out) {
    return parameters.number(NcclFunction.PARAM_GET_U16, handle, null, out);
  }

  @Override
  public int paramGetU32(long handle, MemorySegment out) {
    return parameters.number(NcclFunction.PARAM_GET_U32, handle, Parameter.Type.U32, out);
  }

  @Override
  public int paramGetU64(long handle, MemorySegment out) {
    return parameters.number(NcclFunction.PARAM_GET_U64, handle, Parameter.Type.U64, out);
  }

  @Override
  public int paramGetStr(long handle, MemorySegment out) {
    return parameters.text(handle, out);
  }

  @Override
  public int paramGet(long handle, MemorySegment out, int maxLength, MemorySegment length) {
    return parameters.raw(handle, out, maxLength, length);
  }

  @Override
  public int paramGetParameter(MemorySegment key, MemorySegment value, MemorySegment length) {
    return parameters.byKey(key, value, length);
  }

  @Override
  public int paramGetAllParameterKeys(MemorySegment table, MemorySegment length) {
    return parameters.allKeys(table, length);
  }

  @Override
  public void paramDumpAll() {
    parameters.dumpAll();
  }

  // ---------------------------------------------------------------- configured calls

  @Override
  public int issueConfigured(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int root,
      long comm,
      long stream,
      MemorySegment config) {
    CallArguments call = operations.arguments();
    call.set(operation, send, recv, count, type, reduction, root);
    return operations.issueConfigured(call, comm, stream, config);
  }

  @Override
  public int allReduceConfig(
      long send,
      long recv,
      long count,
      int type,
      int op,
      long comm,
      long stream,
      MemorySegment config) {
    return issueConfigured(
        Operation.ALL_REDUCE, send, recv, count, type, op, 0, comm, stream, config);
  }

  @Override
  public int broadcastConfig(
      long send,
      long recv,
      long count,
      int type,
      int root,
      long comm,
      long stream,
      MemorySegment config) {
    return issueConfigured(
        Operation.BROADCAST, send, recv, count, type, 0, root, comm, stream, config);
  }

  @Override
  public int reduceConfig(
      long send,
      long recv,
      long count,
      int type,
      int op,
      int root,
      long comm,
      long stream,
      MemorySegment config) {
    return issueConfigured(
        Operation.REDUCE, send, recv, count, type, op, root, comm, stream, config);
  }

  @Override
  public int allGatherConfig(
      long send, long recv, long count, int type, long comm, long stream, MemorySegment config) {
    return issueConfigured(
        Operation.ALL_GATHER, send, recv, count, type, 0, 0, comm, stream, config);
  }

  @Override
  public int reduceScatterConfig(
      long send,
      long recv,
      long count,
      int type,
      int op,
      long comm,
      long stream,
      MemorySegment config) {
    return issueConfigured(
        Operation.REDUCE_SCATTER, send, recv, count, type, op, 0, comm, stream, config);
  }

  @Override
  public int allToAllConfig(
      long send, long recv, long count, int type, long comm, long stream, MemorySegment config) {
    return issueConfigured(
        Operation.ALL_TO_ALL, send, recv, count, type, 0, 0, comm, stream, config);
  }

  @Override
  public int gatherConfig(
      long send,
      long recv,
      long count,
      int type,
      int root,
      long comm,
      long stream,
      MemorySegment config) {
    return issueConfigured(
        Operation.GATHER, send, recv, count, type, 0, root, comm, stream, config);
  }

  @Override
  public int scatterConfig(
      long send,
      long recv,
      long count,
      int type,
      int root,
      long comm,
      long stream,
      MemorySegment config) {
    return issueConfigured(
        Operation.SCATTER, send, recv, count, type, 0, root, comm, stream, config);
  }

  @Override
  public int setEncryption(MemorySegment config) {
    state.require(NcclFunction.SET_ENCRYPTION);
    return creation.setEncryption(config);
  }
}
