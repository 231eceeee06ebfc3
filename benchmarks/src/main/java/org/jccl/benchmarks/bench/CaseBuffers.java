package org.jccl.benchmarks.bench;

import java.util.ArrayList;
import java.util.List;
import org.jccl.Communicator;
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
  private final Stream stream;

  /** What was allocated for this rank, perhaps more than it uses. */
  private final List<DeviceBuffer> owned;

  private CaseBuffers(Rank rank, @Nullable DeviceBuffer send, @Nullable DeviceBuffer recv) {
    this.rank = rank;
    this.send = send;
    this.recv = recv;
    this.stream = rank.communicator().defaultStream();
    this.owned = owned(send, recv);
  }

  private CaseBuffers(Rank rank, CaseBuffers from, Stream stream) {
    this.rank = rank;
    this.send = from.send;
    this.recv = from.recv;
    this.stream = stream;
    this.owned = List.of();
  }

  private CaseBuffers(BenchCase benchCase, Rank rank, Communicator comm, List<DeviceBuffer> both) {
    Operation operation = benchCase.row();
    boolean exchanges = benchCase.workload().isExchange();
    int root = benchCase.root();
    this.rank = rank;
    this.owned = both;
    this.send = operation.sendsAt(rank.rank(), root) ? both.getFirst() : null;
    this.recv = exchanges || operation.receivesAt(rank.rank(), root) ? both.getLast() : null;
    this.stream = comm.defaultStream();
  }

  /** In memory of {@code comm}, which all ranks get, also where they have no use for it. */
  static CaseBuffers of(BenchCase benchCase, Rank rank, Communicator comm) {
    int n = rank.worldSize();
    Operation operation = benchCase.row();
    long sent = operation.sendElements(benchCase.count(), n);
    boolean exchanges = benchCase.workload().isExchange();
    long received = exchanges ? benchCase.count() : operation.receiveElements(benchCase.count(), n);
    DeviceBuffer first = comm.allocate(benchCase.type(), sent);
    try {
      DeviceBuffer second = comm.allocate(benchCase.type(), received);
      return new CaseBuffers(benchCase, rank, comm, List.of(first, second));
    } catch (Throwable failure) {
      first.close();
      throw failure;
    }
  }

  /** The same memory, used on another stream; it stays this one's. */
  CaseBuffers on(Stream other) {
    return new CaseBuffers(rank, this, other);
  }

  private static List<DeviceBuffer> owned(
      @Nullable DeviceBuffer first, @Nullable DeviceBuffer second) {
    List<DeviceBuffer> owned = new ArrayList<>(2);
    if (first != null) {
      owned.add(first);
    }
    if (second != null) {
      owned.add(second);
    }
    return owned;
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
    return stream;
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
    owned.forEach(DeviceBuffer::close);
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
