package org.jccl.benchmarks.bench;

import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.Stream;
import org.jccl.ops.InPlace;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/** The device memory of one rank for one case, laid out as the operation table says. */
final class CaseBuffers implements AutoCloseable {
  private final Rank rank;
  private final @Nullable DeviceBuffer send;
  private final @Nullable DeviceBuffer recv;

  private CaseBuffers(Rank rank, @Nullable DeviceBuffer send, @Nullable DeviceBuffer recv) {
    this.rank = rank;
    this.send = send;
    this.recv = recv;
  }

  /** Separate buffers, each only on ranks that use it. */
  static CaseBuffers outOfPlace(BenchCase benchCase, Rank rank) {
    int root = benchCase.root();
    Operation operation = benchCase.row();
    boolean sends = operation.sendsAt(rank.rank(), root);
    // A point-to-point row knows one side only; every rank of the ring is on both.
    boolean exchanges = benchCase.workload().isExchange();
    boolean receives = exchanges || operation.receivesAt(rank.rank(), root);
    long received =
        exchanges
            ? benchCase.count()
            : operation.receiveElements(benchCase.count(), rank.worldSize());
    DeviceBuffer send = sends ? allocate(benchCase, rank, benchCase.sendElements(rank)) : null;
    try {
      return new CaseBuffers(rank, send, receives ? allocate(benchCase, rank, received) : null);
    } catch (Throwable failure) {
      close(send);
      throw failure;
    }
  }

  /** One buffer of the larger extent, of which the other is the part that the table names. */
  static CaseBuffers inPlace(BenchCase benchCase, Rank rank) {
    Operation operation = benchCase.row();
    int root = benchCase.root();
    long count = benchCase.count();
    long sent = operation.sendElements(count, rank.worldSize());
    long received = operation.receiveElements(count, rank.worldSize());
    boolean sends = operation.sendsAt(rank.rank(), root);
    boolean receives = operation.receivesAt(rank.rank(), root);
    if (!sends || !receives) {
      return outOfPlace(benchCase, rank);
    }
    InPlace form = operation.inPlace();
    if (!form.exists()) {
      throw new IllegalArgumentException(operation + " has no in-place form");
    }
    DeviceBuffer whole = allocate(benchCase, rank, Math.max(sent, received));
    long own = rank.rank() * count;
    return new CaseBuffers(
        rank, part(whole, form.sendOffset(own), sent), part(whole, form.recvOffset(own), received));
  }

  /** The buffer itself where it is the whole: a slice would not free it. */
  private static DeviceBuffer part(DeviceBuffer whole, long offset, long count) {
    return count == whole.count() ? whole : whole.slice(offset, count);
  }

  private static DeviceBuffer allocate(BenchCase benchCase, Rank rank, long elements) {
    return rank.device().allocate(benchCase.type(), elements);
  }

  /** The send buffer; null on ranks that have none. */
  @Nullable DeviceBuffer send() {
    return send;
  }

  /** The receive buffer; null on ranks that have none. */
  @Nullable DeviceBuffer recv() {
    return recv;
  }

  DeviceBuffer needSend() {
    return need(send, "send");
  }

  DeviceBuffer needRecv() {
    return need(recv, "receive");
  }

  /** The stream on which the operation runs. */
  Stream stream() {
    return rank.communicator().defaultStream();
  }

  /** The next rank of the ring. */
  int next() {
    return (rank.rank() + 1) % rank.worldSize();
  }

  /** The previous rank of the ring. */
  int previous() {
    return (rank.rank() + rank.worldSize() - 1) % rank.worldSize();
  }

  @Override
  public void close() {
    close(send);
    close(recv);
  }

  private static void close(@Nullable DeviceBuffer buffer) {
    if (buffer != null) {
      buffer.close();
    }
  }

  private static DeviceBuffer need(@Nullable DeviceBuffer buffer, String which) {
    if (buffer == null) {
      throw new IllegalStateException("this rank has no " + which + " buffer");
    }
    return buffer;
  }
}
