package org.jccl.programs;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.sim.Simulator;
import org.jccl.spi.NcclAbi;

/** One rank on the raw surface: a communicator by handle. */
final class RawLab {
  static final int INT = DataType.INT32.code();
  static final int SUM = 0;

  final Rank rank;
  final NcclAbi abi;
  final Arena arena = Arena.ofShared();
  final Stream stream;
  final long comm;

  /** What one rank does on the raw surface. */
  @FunctionalInterface
  interface Body {
    void run(RawLab raw) throws Exception;
  }

  private RawLab(Rank rank) {
    this.rank = rank;
    this.abi = Simulator.of(rank.backend()).orElseThrow().raw();
    rank.device().makeCurrent();
    this.stream = rank.device().newStream();
    this.comm = newComm();
  }

  /** The raw surface of a rank, which leaves its communicator open. */
  static RawLab open(Rank rank) {
    return new RawLab(rank);
  }

  /** The program that runs {@code body} on every rank, and destroys the communicator after it. */
  static RankProgram raw(Body body) {
    return rank -> {
      RawLab raw = new RawLab(rank);
      body.run(raw);
      assertThat(raw.abi.commDestroy(raw.comm)).isZero();
      raw.stream.close();
    };
  }

  /** One more communicator over all ranks. */
  long newComm() {
    MemorySegment id = arena.allocate(UniqueId.BYTES);
    if (rank.rank() == 0) {
      assertThat(abi.getUniqueId(id)).isZero();
    }
    byte[] bytes = rank.processGroup().broadcast(id.toArray(ValueLayout.JAVA_BYTE), 0);
    MemorySegment shared = arena.allocate(UniqueId.BYTES).copyFrom(MemorySegment.ofArray(bytes));
    MemorySegment out = arena.allocate(8);
    assertThat(abi.commInitRank(out, rank.worldSize(), shared, rank.rank())).isZero();
    return out.get(JAVA_LONG, 0);
  }

  int rank() {
    return rank.rank();
  }

  Device device() {
    return rank.device();
  }

  long s() {
    return stream.handle();
  }

  DeviceBuffer ints(int count) {
    return Lab.ints(rank, count);
  }

  long address(int count) {
    return ints(count).address();
  }

  int allReduce(long buffer, long count) {
    return abi.allReduce(buffer, buffer, count, INT, SUM, comm, s());
  }

  int send(long buffer, long count, int peer) {
    return abi.send(buffer, count, INT, peer, comm, s());
  }

  int recv(long buffer, long count, int peer) {
    return abi.recv(buffer, count, INT, peer, comm, s());
  }

  /** A custom reduction of {@code owner} that multiplies by {@code factor}. */
  int scaled(int factor, long owner) {
    MemorySegment scalar = arena.allocate(4);
    scalar.set(JAVA_INT, 0, factor);
    MemorySegment op = arena.allocate(4);
    assertThat(abi.redOpCreatePreMulSum(op, scalar.address(), INT, 1, owner)).isZero();
    return op.get(JAVA_INT, 0);
  }

  void sync() {
    stream.synchronize();
  }
}
