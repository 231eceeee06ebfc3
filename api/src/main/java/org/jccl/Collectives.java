package org.jccl;

import org.jspecify.annotations.Nullable;

/**
 * The operations of one rank.
 *
 * <p>Every rank of the communicator issues the same sequence of collectives with equal count, type,
 * reduction and root (rule COL-01). A call checks its arguments, enqueues on a stream and returns;
 * it never waits for data to move, but may wait until the other ranks have issued the matching call
 * (rules STR-11, STR-12). Results are visible to later work of that stream, and to the host after
 * {@link Stream#synchronize()}. Buffers stay valid and unmodified until then (STR-15). Operations
 * of one communicator run in issue order, across streams (STR-03).
 *
 * <p>Send and receive buffers are disjoint, or have the in-place form that the method names,
 * exactly (rule COL-05). Counts and shapes are in elements. A method without a stream uses {@link
 * #defaultStream()}. One thread at a time may call (rule INIT-21). Nothing is allocated per call.
 *
 * <p>Every method throws {@link IllegalArgumentException} for a wrong argument, {@link
 * IllegalStateException} for a closed communicator or buffer, before anything is enqueued; and
 * {@link CollectiveException} when the library refuses the call.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="reduceScatter"}
 *
 * @see <a href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/api/colls.html">NCCL's
 *     guide: collective functions</a>
 */
public interface Collectives {
  /**
   * {@return the same operations, each made with a configuration of its own} Uneven forms and a
   * barrier make their collectives with it. NCCL: {@code ncclAllReduceConfig} and the seven beside
   * it, with {@code ncclCollConfig_t}. A view is kept and used for call after call; one inside
   * another has the configuration of the inner one alone.
   *
   * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="configured"}
   *
   * @param config what differs from the communicator's configuration; the same on all ranks
   * @throws UnsupportedOperationException if the library is older than 2.31.2, or lacks a field
   * @throws IllegalArgumentException if the selection of algorithms cannot be read (CFG-28); the
   *     view's own methods throw it for {@code send}, {@code recv} and what is made of them, which
   *     take no configuration
   */
  Collectives configured(CallConfig config);

  /** {@return the stream of the forms without a stream} */
  Stream defaultStream();

  /**
   * Combines all ranks' elements; every rank receives the result (rule COL-10). NCCL: {@code
   * ncclAllReduce}.
   *
   * @param send {@code count} elements
   * @param recv {@code count} elements; in place: {@code send} itself
   * @param op how elements are combined, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void allReduce(DeviceBuffer send, DeviceBuffer recv, ReduceOp op, Stream stream);

  /**
   * {@link #allReduce(DeviceBuffer, DeviceBuffer, ReduceOp, Stream)} on the default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param op how elements are combined, the same on all ranks
   */
  default void allReduce(DeviceBuffer send, DeviceBuffer recv, ReduceOp op) {
    allReduce(send, recv, op, defaultStream());
  }

  /**
   * {@link #allReduce(DeviceBuffer, DeviceBuffer, ReduceOp, Stream)} in place.
   *
   * @param buffer {@code count} elements, which the result replaces
   * @param op how elements are combined, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   */
  default void allReduce(DeviceBuffer buffer, ReduceOp op, Stream stream) {
    allReduce(buffer, buffer, op, stream);
  }

  /**
   * {@link #allReduce(DeviceBuffer, DeviceBuffer, ReduceOp, Stream)} in place, default stream.
   *
   * @param buffer {@code count} elements, which the result replaces
   * @param op how elements are combined, the same on all ranks
   */
  default void allReduce(DeviceBuffer buffer, ReduceOp op) {
    allReduce(buffer, buffer, op, defaultStream());
  }

  /**
   * Copies the root's elements to every rank (rule COL-11). NCCL: {@code ncclBroadcast}.
   *
   * @param send {@code count} elements on the root; may be null elsewhere
   * @param recv {@code count} elements; in place: {@code send} itself
   * @param root the root's rank, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void broadcast(@Nullable DeviceBuffer send, DeviceBuffer recv, int root, Stream stream);

  /**
   * {@link #broadcast(DeviceBuffer, DeviceBuffer, int, Stream)} on the default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param root the root's rank, the same on all ranks
   */
  default void broadcast(@Nullable DeviceBuffer send, DeviceBuffer recv, int root) {
    broadcast(send, recv, root, defaultStream());
  }

  /**
   * {@link #broadcast(DeviceBuffer, DeviceBuffer, int, Stream)} in place (rule COL-12).
   *
   * @param buffer {@code count} elements: sent on the root, received elsewhere
   * @param root the root's rank, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   */
  default void broadcast(DeviceBuffer buffer, int root, Stream stream) {
    broadcast(buffer, buffer, root, stream);
  }

  /**
   * {@link #broadcast(DeviceBuffer, DeviceBuffer, int, Stream)} in place, default stream.
   *
   * @param buffer {@code count} elements: sent on the root, received elsewhere
   * @param root the root's rank, the same on all ranks
   */
  default void broadcast(DeviceBuffer buffer, int root) {
    broadcast(buffer, buffer, root, defaultStream());
  }

  /**
   * Combines all ranks' elements; the root receives the result (rule COL-13). NCCL: {@code
   * ncclReduce}.
   *
   * @param send {@code count} elements
   * @param recv {@code count} elements on the root; may be null elsewhere, where it is never
   *     touched; in place: {@code send} itself
   * @param op how elements are combined, the same on all ranks
   * @param root the root's rank, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void reduce(DeviceBuffer send, @Nullable DeviceBuffer recv, ReduceOp op, int root, Stream stream);

  /**
   * {@link #reduce(DeviceBuffer, DeviceBuffer, ReduceOp, int, Stream)} on the default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param op how elements are combined, the same on all ranks
   * @param root the root's rank, the same on all ranks
   */
  default void reduce(DeviceBuffer send, @Nullable DeviceBuffer recv, ReduceOp op, int root) {
    reduce(send, recv, op, root, defaultStream());
  }

  /**
   * Concatenates all ranks' elements in rank order; every rank receives them (rule COL-14). NCCL:
   * {@code ncclAllGather}.
   *
   * @param send {@code count} elements
   * @param recv {@code worldSize * count} elements; in place: {@code send} is the own rank's block
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void allGather(DeviceBuffer send, DeviceBuffer recv, Stream stream);

  /**
   * {@link #allGather(DeviceBuffer, DeviceBuffer, Stream)} on the default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   */
  default void allGather(DeviceBuffer send, DeviceBuffer recv) {
    allGather(send, recv, defaultStream());
  }

  /**
   * Combines all ranks' elements; rank r receives block r of the result (rule COL-15). NCCL: {@code
   * ncclReduceScatter}.
   *
   * @param send {@code worldSize * count} elements
   * @param recv {@code count} elements; in place: the own rank's block of {@code send}, whose other
   *     blocks are then unspecified (COL-16)
   * @param op how elements are combined, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void reduceScatter(DeviceBuffer send, DeviceBuffer recv, ReduceOp op, Stream stream);

  /**
   * {@link #reduceScatter(DeviceBuffer, DeviceBuffer, ReduceOp, Stream)}, default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param op how elements are combined, the same on all ranks
   */
  default void reduceScatter(DeviceBuffer send, DeviceBuffer recv, ReduceOp op) {
    reduceScatter(send, recv, op, defaultStream());
  }

  /**
   * Sends block j of this rank to rank j, where it arrives as block {@code rank} (rule COL-17).
   * There is no in-place form (COL-18). NCCL: {@code ncclAlltoAll}; before 2.28.3 a group of {@code
   * ncclSend} and {@code ncclRecv}.
   *
   * @param send {@code worldSize * count} elements
   * @param recv {@code worldSize * count} elements
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void allToAll(DeviceBuffer send, DeviceBuffer recv, Stream stream);

  /**
   * {@link #allToAll(DeviceBuffer, DeviceBuffer, Stream)} on the default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   */
  default void allToAll(DeviceBuffer send, DeviceBuffer recv) {
    allToAll(send, recv, defaultStream());
  }

  /**
   * Concatenates all ranks' elements in rank order on the root (rule COL-19). NCCL: {@code
   * ncclGather}; before 2.28.3 a group of {@code ncclSend} and {@code ncclRecv}.
   *
   * @param send {@code count} elements
   * @param recv {@code worldSize * count} elements on the root; may be null elsewhere; in place:
   *     {@code send} is the root's block
   * @param root the root's rank, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void gather(DeviceBuffer send, @Nullable DeviceBuffer recv, int root, Stream stream);

  /**
   * {@link #gather(DeviceBuffer, DeviceBuffer, int, Stream)} on the default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param root the root's rank, the same on all ranks
   */
  default void gather(DeviceBuffer send, @Nullable DeviceBuffer recv, int root) {
    gather(send, recv, root, defaultStream());
  }

  /**
   * Sends block r of the root's elements to rank r (rule COL-20). NCCL: {@code ncclScatter}; before
   * 2.28.3 a group of {@code ncclSend} and {@code ncclRecv}.
   *
   * @param send {@code worldSize * count} elements on the root; may be null elsewhere
   * @param recv {@code count} elements; in place: the root's block of {@code send}
   * @param root the root's rank, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void scatter(@Nullable DeviceBuffer send, DeviceBuffer recv, int root, Stream stream);

  /**
   * {@link #scatter(DeviceBuffer, DeviceBuffer, int, Stream)} on the default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param root the root's rank, the same on all ranks
   */
  default void scatter(@Nullable DeviceBuffer send, DeviceBuffer recv, int root) {
    scatter(send, recv, root, defaultStream());
  }

  /**
   * Sends one message; it matches {@code peer}'s receives from this rank in issue order (rule
   * P2P-01). Exchanges must be grouped on both sides, or use {@link #sendRecv} (P2P-08). NCCL:
   * {@code ncclSend}.
   *
   * @param buffer {@code count} elements
   * @param peer rank that receives
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void send(DeviceBuffer buffer, int peer, Stream stream);

  /**
   * {@link #send(DeviceBuffer, int, Stream)} on the default stream.
   *
   * @param buffer {@code count} elements
   * @param peer rank that receives
   */
  default void send(DeviceBuffer buffer, int peer) {
    send(buffer, peer, defaultStream());
  }

  /**
   * Receives one message of the same byte length as it was sent with (rules P2P-01, P2P-02). NCCL:
   * {@code ncclRecv}.
   *
   * @param buffer room for {@code count} elements
   * @param peer rank that sends
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void recv(DeviceBuffer buffer, int peer, Stream stream);

  /**
   * {@link #recv(DeviceBuffer, int, Stream)} on the default stream.
   *
   * @param buffer room for {@code count} elements
   * @param peer rank that sends
   */
  default void recv(DeviceBuffer buffer, int peer) {
    recv(buffer, peer, defaultStream());
  }

  /**
   * Sends to one peer and receives from another, or the same, as one group. NCCL: {@code ncclSend}
   * and {@code ncclRecv} in one group.
   *
   * @param send where this rank's elements come from
   * @param destination rank that receives {@code send}
   * @param recv where this rank's elements arrive
   * @param source rank from which {@code recv} comes
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void sendRecv(DeviceBuffer send, int destination, DeviceBuffer recv, int source, Stream stream);

  /**
   * {@link #sendRecv(DeviceBuffer, int, DeviceBuffer, int, Stream)} on the default stream.
   *
   * @param send where this rank's elements come from
   * @param destination rank that receives {@code send}
   * @param recv where this rank's elements arrive
   * @param source rank from which {@code recv} comes
   */
  default void sendRecv(DeviceBuffer send, int destination, DeviceBuffer recv, int source) {
    sendRecv(send, destination, recv, source, defaultStream());
  }

  /**
   * Enqueues a point that the stream passes only when every rank's stream has reached it. The host
   * does not wait: synchronize the stream for that. NCCL has none: an {@code ncclAllReduce} of one
   * element.
   *
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void barrier(Stream stream);

  /** {@link #barrier(Stream)} on the default stream. */
  default void barrier() {
    barrier(defaultStream());
  }

  /**
   * All-gather of uneven blocks: a group of broadcasts, one a rank (rule COL-24). NCCL has none:
   * {@code ncclBroadcast}s in one group.
   *
   * @param send {@code counts[rank]} elements; in place: the own rank's block of {@code recv}
   * @param recv the sum of {@code counts} elements, blocks contiguous in rank order
   * @param counts elements a rank contributes; equal on all ranks; read before this returns
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void allGatherV(DeviceBuffer send, DeviceBuffer recv, long[] counts, Stream stream);

  /**
   * {@link #allGatherV(DeviceBuffer, DeviceBuffer, long[], Stream)} on the default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param counts elements of each rank's block, by rank; the same on all ranks
   */
  default void allGatherV(DeviceBuffer send, DeviceBuffer recv, long[] counts) {
    allGatherV(send, recv, counts, defaultStream());
  }

  /**
   * {@link #allGatherV} with block i of {@code recv} at {@code displacements[i]} elements.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param counts elements of each rank's block, by rank; the same on all ranks
   * @param displacements where each rank's block begins, in elements, by rank
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void allGatherV(
      DeviceBuffer send, DeviceBuffer recv, long[] counts, long[] displacements, Stream stream);

  /**
   * Reduce-scatter of uneven blocks: a group of reduces, one a rank (rule COL-24). NCCL has none:
   * {@code ncclReduce}s in one group.
   *
   * @param send the sum of {@code counts} elements, blocks contiguous in rank order
   * @param recv {@code counts[rank]} elements; in place: the own rank's block of {@code send}
   * @param counts elements of each rank's block, by rank; the same on all ranks
   * @param op how elements are combined, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void reduceScatterV(
      DeviceBuffer send, DeviceBuffer recv, long[] counts, ReduceOp op, Stream stream);

  /**
   * {@link #reduceScatterV(DeviceBuffer, DeviceBuffer, long[], ReduceOp, Stream)}, default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param counts elements of each rank's block, by rank; the same on all ranks
   * @param op how elements are combined, the same on all ranks
   */
  default void reduceScatterV(DeviceBuffer send, DeviceBuffer recv, long[] counts, ReduceOp op) {
    reduceScatterV(send, recv, counts, op, defaultStream());
  }

  /**
   * {@link #reduceScatterV} with block i of {@code send} at {@code displacements[i]} elements.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param counts elements of each rank's block, by rank; the same on all ranks
   * @param displacements where each rank's block begins, in elements, by rank
   * @param op how elements are combined, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void reduceScatterV(
      DeviceBuffer send,
      DeviceBuffer recv,
      long[] counts,
      long[] displacements,
      ReduceOp op,
      Stream stream);

  /**
   * All-to-all of uneven blocks: a group of sends and receives (rule COL-24). NCCL has none: {@code
   * ncclSend}s and {@code ncclRecv}s in one group.
   *
   * @param send where this rank's elements come from
   * @param sendCounts elements for each rank, contiguous in {@code send}
   * @param recv where this rank's elements arrive
   * @param recvCounts elements from each rank, contiguous in {@code recv}; {@code recvCounts[j]}
   *     here equals {@code sendCounts[rank]} there
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void allToAllV(
      DeviceBuffer send, long[] sendCounts, DeviceBuffer recv, long[] recvCounts, Stream stream);

  /**
   * {@link #allToAllV(DeviceBuffer, long[], DeviceBuffer, long[], Stream)}, default stream.
   *
   * @param send where this rank's elements come from
   * @param sendCounts elements for each rank, by rank
   * @param recv where this rank's elements arrive
   * @param recvCounts elements from each rank, by rank
   */
  default void allToAllV(
      DeviceBuffer send, long[] sendCounts, DeviceBuffer recv, long[] recvCounts) {
    allToAllV(send, sendCounts, recv, recvCounts, defaultStream());
  }

  /**
   * {@link #allToAllV} with blocks at the given displacements, in elements.
   *
   * @param send where this rank's elements come from
   * @param sendCounts elements for each rank, by rank
   * @param sendDisplacements where each block begins in {@code send}, in elements
   * @param recv where this rank's elements arrive
   * @param recvCounts elements from each rank, by rank
   * @param recvDisplacements where each block begins in {@code recv}, in elements
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void allToAllV(
      DeviceBuffer send,
      long[] sendCounts,
      long[] sendDisplacements,
      DeviceBuffer recv,
      long[] recvCounts,
      long[] recvDisplacements,
      Stream stream);

  /**
   * Gather of uneven blocks: a group of sends and receives (rule COL-24). NCCL has none: {@code
   * ncclSend}s and {@code ncclRecv}s in one group.
   *
   * @param send {@code counts[rank]} elements
   * @param recv the sum of {@code counts} elements on the root; may be null elsewhere
   * @param counts elements of each rank's block, by rank; the same on all ranks
   * @param root the root's rank, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void gatherV(
      DeviceBuffer send, @Nullable DeviceBuffer recv, long[] counts, int root, Stream stream);

  /**
   * {@link #gatherV(DeviceBuffer, DeviceBuffer, long[], int, Stream)} on the default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param counts elements of each rank's block, by rank; the same on all ranks
   * @param root the root's rank, the same on all ranks
   */
  default void gatherV(DeviceBuffer send, @Nullable DeviceBuffer recv, long[] counts, int root) {
    gatherV(send, recv, counts, root, defaultStream());
  }

  /**
   * {@link #gatherV} with block i of {@code recv} at {@code displacements[i]} elements.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param counts elements of each rank's block, by rank; the same on all ranks
   * @param displacements where each rank's block begins, in elements, by rank
   * @param root the root's rank, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void gatherV(
      DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      long[] counts,
      long[] displacements,
      int root,
      Stream stream);

  /**
   * Scatter of uneven blocks: a group of sends and receives (rule COL-24). NCCL has none: {@code
   * ncclSend}s and {@code ncclRecv}s in one group.
   *
   * @param send the sum of {@code counts} elements on the root; may be null elsewhere
   * @param recv {@code counts[rank]} elements
   * @param counts elements of each rank's block, by rank; the same on all ranks
   * @param root the root's rank, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void scatterV(
      @Nullable DeviceBuffer send, DeviceBuffer recv, long[] counts, int root, Stream stream);

  /**
   * {@link #scatterV(DeviceBuffer, DeviceBuffer, long[], int, Stream)} on the default stream.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param counts elements of each rank's block, by rank; the same on all ranks
   * @param root the root's rank, the same on all ranks
   */
  default void scatterV(@Nullable DeviceBuffer send, DeviceBuffer recv, long[] counts, int root) {
    scatterV(send, recv, counts, root, defaultStream());
  }

  /**
   * {@link #scatterV} with block i of {@code send} at {@code displacements[i]} elements.
   *
   * @param send where this rank's elements come from
   * @param recv where this rank's elements arrive
   * @param counts elements of each rank's block, by rank; the same on all ranks
   * @param displacements where each rank's block begins, in elements, by rank
   * @param root the root's rank, the same on all ranks
   * @param stream where the operation is enqueued; of this communicator's device
   * @throws IllegalArgumentException if a buffer, reduction, root, peer or stream does not fit
   * @throws IllegalStateException if the communicator, a buffer or the stream is closed
   * @throws CollectiveException if the library refuses the call
   */
  void scatterV(
      @Nullable DeviceBuffer send,
      DeviceBuffer recv,
      long[] counts,
      long[] displacements,
      int root,
      Stream stream);
}
