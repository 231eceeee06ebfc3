package org.jccl.conformance.loopback;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.jccl.CollectiveException;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.spi.NcclAbi;

/**
 * One method per C function, with its name and its C parameters, over the simulator's raw surface.
 *
 * <p>An exception that left a stub would end the JVM. So whatever the simulator throws becomes a
 * result code, and its words become the last error: a misuse is an internal error here.
 */
final class LoopbackFunctions {
  private final NcclAbi simulator;
  private final Map<String, MemorySegment> texts = new ConcurrentHashMap<>();
  private volatile String lastError = "";

  LoopbackFunctions(NcclAbi simulator) {
    this.simulator = simulator;
  }

  private int guarded(IntSupplier call) {
    try {
      int code = call.getAsInt();
      if (code != 0) {
        lastError = "loopback: " + ResultCode.of(code);
      }
      return code;
    } catch (ReportedMisuse misuse) {
      lastError = String.valueOf(misuse.getMessage());
      return ResultCode.INTERNAL_ERROR.code();
    } catch (CollectiveException failure) {
      lastError = String.valueOf(failure.getMessage());
      int code = failure.code().code();
      return code > 0 ? code : ResultCode.INTERNAL_ERROR.code();
    } catch (RuntimeException | Error failure) {
      lastError = failure.toString();
      return ResultCode.INTERNAL_ERROR.code();
    }
  }

  /** A C string that lives as long as the process, as NCCL's do. */
  private MemorySegment text(String words) {
    return texts.computeIfAbsent(words, Arena.global()::allocateFrom);
  }

  int ncclGetVersion(MemorySegment version) {
    return guarded(() -> simulator.getVersion(version));
  }

  int ncclGetUniqueId(MemorySegment id) {
    return guarded(() -> simulator.getUniqueId(id));
  }

  MemorySegment ncclGetErrorString(int result) {
    return text(simulator.getErrorString(result));
  }

  MemorySegment ncclGetLastError(MemorySegment comm) {
    return text(lastError);
  }

  int ncclCommInitRank(MemorySegment comm, int nranks, MemorySegment id, int rank) {
    MemorySegment copy = copied(id);
    return guarded(() -> simulator.commInitRank(comm, nranks, copy, rank));
  }

  int ncclCommInitRankConfig(
      MemorySegment comm, int nranks, MemorySegment id, int rank, MemorySegment config) {
    MemorySegment copy = copied(id);
    return guarded(() -> simulator.commInitRankConfig(comm, nranks, copy, rank, config));
  }

  /** A struct that came by value is gone when the stub returns. */
  private static MemorySegment copied(MemorySegment id) {
    return MemorySegment.ofArray(id.toArray(JAVA_BYTE));
  }

  int ncclCommInitAll(MemorySegment comms, int ndev, MemorySegment devices) {
    return guarded(() -> simulator.commInitAll(comms, ndev, devices));
  }

  int ncclCommFinalize(MemorySegment comm) {
    return guarded(() -> simulator.commFinalize(comm.address()));
  }

  int ncclCommDestroy(MemorySegment comm) {
    return guarded(() -> simulator.commDestroy(comm.address()));
  }

  int ncclCommAbort(MemorySegment comm) {
    return guarded(() -> simulator.commAbort(comm.address()));
  }

  int ncclCommGetAsyncError(MemorySegment comm, MemorySegment result) {
    return guarded(() -> simulator.commGetAsyncError(comm.address(), result));
  }

  int ncclCommCount(MemorySegment comm, MemorySegment count) {
    return guarded(() -> simulator.commCount(comm.address(), count));
  }

  int ncclCommCuDevice(MemorySegment comm, MemorySegment device) {
    return guarded(() -> simulator.commCuDevice(comm.address(), device));
  }

  int ncclCommUserRank(MemorySegment comm, MemorySegment rank) {
    return guarded(() -> simulator.commUserRank(comm.address(), rank));
  }

  int ncclRedOpCreatePreMulSum(
      MemorySegment op, MemorySegment scalar, int type, int residence, MemorySegment comm) {
    return guarded(
        () ->
            simulator.redOpCreatePreMulSum(op, scalar.address(), type, residence, comm.address()));
  }

  int ncclRedOpDestroy(int op, MemorySegment comm) {
    return guarded(() -> simulator.redOpDestroy(op, comm.address()));
  }

  int ncclAllReduce(
      MemorySegment send,
      MemorySegment recv,
      long count,
      int type,
      int op,
      MemorySegment comm,
      MemorySegment stream) {
    return guarded(
        () ->
            simulator.allReduce(
                send.address(), recv.address(), count, type, op, comm.address(), stream.address()));
  }

  int ncclBroadcast(
      MemorySegment send,
      MemorySegment recv,
      long count,
      int type,
      int root,
      MemorySegment comm,
      MemorySegment stream) {
    return guarded(
        () ->
            simulator.broadcast(
                send.address(),
                recv.address(),
                count,
                type,
                root,
                comm.address(),
                stream.address()));
  }

  int ncclBcast(
      MemorySegment buffer,
      long count,
      int type,
      int root,
      MemorySegment comm,
      MemorySegment stream) {
    return guarded(
        () ->
            simulator.bcast(buffer.address(), count, type, root, comm.address(), stream.address()));
  }

  int ncclReduce(
      MemorySegment send,
      MemorySegment recv,
      long count,
      int type,
      int op,
      int root,
      MemorySegment comm,
      MemorySegment stream) {
    return guarded(
        () ->
            simulator.reduce(
                send.address(),
                recv.address(),
                count,
                type,
                op,
                root,
                comm.address(),
                stream.address()));
  }

  int ncclAllGather(
      MemorySegment send,
      MemorySegment recv,
      long count,
      int type,
      MemorySegment comm,
      MemorySegment stream) {
    return guarded(
        () ->
            simulator.allGather(
                send.address(), recv.address(), count, type, comm.address(), stream.address()));
  }

  int ncclReduceScatter(
      MemorySegment send,
      MemorySegment recv,
      long count,
      int type,
      int op,
      MemorySegment comm,
      MemorySegment stream) {
    return guarded(
        () ->
            simulator.reduceScatter(
                send.address(), recv.address(), count, type, op, comm.address(), stream.address()));
  }

  int ncclAlltoAll(
      MemorySegment send,
      MemorySegment recv,
      long count,
      int type,
      MemorySegment comm,
      MemorySegment stream) {
    return guarded(
        () ->
            simulator.allToAll(
                send.address(), recv.address(), count, type, comm.address(), stream.address()));
  }

  int ncclGather(
      MemorySegment send,
      MemorySegment recv,
      long count,
      int type,
      int root,
      MemorySegment comm,
      MemorySegment stream) {
    return guarded(
        () ->
            simulator.gather(
                send.address(),
                recv.address(),
                count,
                type,
                root,
                comm.address(),
                stream.address()));
  }

  int ncclScatter(
      MemorySegment send,
      MemorySegment recv,
      long count,
      int type,
      int root,
      MemorySegment comm,
      MemorySegment stream) {
    return guarded(
        () ->
            simulator.scatter(
                send.address(),
                recv.address(),
                count,
                type,
                root,
                comm.address(),
                stream.address()));
  }

  int ncclSend(
      MemorySegment buffer,
      long count,
      int type,
      int peer,
      MemorySegment comm,
      MemorySegment stream) {
    return guarded(
        () ->
            simulator.send(buffer.address(), count, type, peer, comm.address(), stream.address()));
  }

  int ncclRecv(
      MemorySegment buffer,
      long count,
      int type,
      int peer,
      MemorySegment comm,
      MemorySegment stream) {
    return guarded(
        () ->
            simulator.recv(buffer.address(), count, type, peer, comm.address(), stream.address()));
  }

  int ncclGroupStart() {
    return guarded(simulator::groupStart);
  }

  int ncclGroupEnd() {
    return guarded(simulator::groupEnd);
  }

  int ncclMemAlloc(MemorySegment address, long bytes) {
    return guarded(() -> simulator.memAlloc(address, bytes));
  }

  int ncclMemFree(MemorySegment address) {
    return guarded(() -> simulator.memFree(address.address()));
  }
}
