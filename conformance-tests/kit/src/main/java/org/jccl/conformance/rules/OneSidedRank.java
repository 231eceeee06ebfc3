package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import org.jccl.conformance.harness.WorldRank;

/** One rank on the raw surface, with its part of a window. */
public final class OneSidedRank extends RawRank {
  private final RawMemory memory;
  private final long window;

  /** Stands for the ranks of a rule, as {@link RawRank#RawRank()}. */
  @SuppressWarnings("NullAway")
  OneSidedRank() {
    this.memory = null;
    this.window = 0;
  }

  OneSidedRank(WorldRank world, Function<RawRank, RawMemory> allocator, int flags) {
    super(world);
    this.memory = allocator.apply(this);
    this.window = memory.window(flags);
  }

  long source() {
    return memory.address();
  }

  int putCode(long source, long count, int type, int peer, long offset) {
    return putCode(window, source, count, type, peer, offset);
  }

  int putCode(long to, long source, long count, int type, int peer, long offset) {
    return abi().putSignal(source, count, type, peer, to, offset, 0, 0, 0, comm(), stream());
  }

  void put(long from, int count, int peer, long offset) {
    String what = "ncclPutSignal to rank " + peer;
    succeeds(what, () -> putCode(source() + from, count, INT32, peer, offset));
  }

  void signal(int peer) {
    succeeds("ncclSignal to rank " + peer, () -> signalCode(this, peer));
  }

  int waitCode(int... countsAndPeers) {
    int descriptors = countsAndPeers.length / 2;
    MemorySegment array = allocate(16L * descriptors);
    for (int i = 0; i < descriptors; i++) {
      array.setAtIndex(JAVA_INT, 4L * i, countsAndPeers[2 * i]);
      array.setAtIndex(JAVA_INT, 4L * i + 1, countsAndPeers[2 * i + 1]);
    }
    return abi().waitSignal(descriptors, array, comm(), stream());
  }

  void await(int count, int peer) {
    succeeds("ncclWaitSignal for " + count + " from rank " + peer, () -> waitCode(count, peer));
  }

  /** RMA-07: all ranks make their first call, to themselves. */
  void warmUp() {
    signal(rank());
    await(1, rank());
    synchronize();
  }

  void write(long offset, int... values) {
    memory.write(offset, values);
  }

  void expect(String what, long offset, int... expected) {
    memory.expect(what, offset, expected);
  }

  @Override
  public void close() throws Exception {
    memory.close();
    super.close();
  }

  static int signalCode(RawRank rank, int peer) {
    return rank.abi().signal(peer, 0, 0, 0, rank.comm(), rank.stream());
  }

  /** The window ends; nobody writes there any more. */
  void endWindow() {
    memory.end(window);
  }

  long window() {
    return window;
  }

  RawMemory memory() {
    return memory;
  }
}
