package org.jccl.benchmarks.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.ReduceOp.Builtin;
import org.jccl.conformance.cases.CallForm;
import org.jccl.ops.Operation;

/**
 * Fills one rank's buffers before an operation and compares what is in them after it.
 *
 * <p>Which of the inputs must be found where follows from the operation's meaning; everything else
 * (who has buffers, how long they are) from the operation table.
 */
final class ResultCheck {
  /** What no operation produces by leaving memory alone. */
  private static final byte UNTOUCHED = (byte) 0xC3;

  private static final long STAGING_BYTES = 4 << 20;

  private final BenchCase benchCase;
  private final Rank rank;
  private final Patterns patterns;

  ResultCheck(BenchCase benchCase, Rank rank, Patterns patterns) {
    this.benchCase = benchCase;
    this.rank = rank;
    this.patterns = patterns;
  }

  /** Writes the inputs, over a background that an operation which does nothing would leave. */
  void fill(CaseBuffers buffers) {
    DeviceBuffer recv = buffers.recv();
    if (recv != null) {
      recv.fill(UNTOUCHED, buffers.stream());
      buffers.stream().synchronize();
    }
    DeviceBuffer send = buffers.send();
    if (send == null) {
      return;
    }
    Builtin op = benchCase.op();
    if (op == null) {
      write(send, patterns.copies(type()), patterns.copied(rank.rank()));
    } else {
      write(send, patterns.inputs(type(), op, rank.rank(), send.count()), 0);
    }
  }

  /** How many elements of this rank's receive buffer are wrong. */
  long countWrong(CaseBuffers buffers) {
    DeviceBuffer recv = buffers.recv();
    CallForm form = benchCase.workload().form();
    int me = rank.rank();
    int n = rank.worldSize();
    int root = form.isExchange() ? 1 : benchCase.root(); // each sends to the next
    if (recv == null || !form.receivesAt(me, root)) {
      return 0;
    }
    long first = form.firstSent(me, benchCase.count());
    if (form.reduces()) {
      return wrongResults(recv, first);
    }
    int blocks = form.receivesBlocks() ? n : 1;
    long length = recv.count() / blocks;
    long wrong = 0;
    for (int block = 0; block < blocks; block++) {
      int source = form.sourceOf(block, me, root, n);
      wrong += wrongCopies(recv.slice(block * length, length), source, first);
    }
    return wrong;
  }

  private DataType type() {
    return benchCase.type();
  }

  private long wrongResults(DeviceBuffer recv, long first) {
    Builtin op = benchCase.op();
    if (op == null) {
      throw new IllegalStateException(Operation.REDUCE + " without a reduction");
    }
    long needed = benchCase.row().sendElements(benchCase.count(), rank.worldSize());
    return wrong(recv, patterns.results(type(), op, needed), first, patterns.tolerance(type(), op));
  }

  private long wrongCopies(DeviceBuffer recv, int source, long first) {
    return wrong(recv, patterns.copies(type()), patterns.copied(source) + first, 0);
  }

  private static void write(DeviceBuffer target, Pattern pattern, long first) {
    inPieces(
        target,
        (piece, staging, offset) -> {
          pattern.copyTo(staging, first + offset);
          piece.copyFrom(staging);
        });
  }

  private static long wrong(DeviceBuffer actual, Pattern pattern, long first, int tolerance) {
    long[] wrong = {0};
    inPieces(
        actual,
        (piece, staging, offset) -> {
          piece.copyTo(staging);
          wrong[0] += pattern.countWrong(staging, first + offset, tolerance);
        });
    return wrong[0];
  }

  private interface Piece {
    void handle(DeviceBuffer piece, MemorySegment staging, long offset);
  }

  /** Bounds the host memory that a check takes, whatever the size of the buffer. */
  private static void inPieces(DeviceBuffer buffer, Piece each) {
    int size = buffer.type().bytes();
    long most = Math.min(buffer.count(), STAGING_BYTES / size);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment staging = arena.allocate(most * size, 64);
      for (long offset = 0; offset < buffer.count(); offset += most) {
        long length = Math.min(most, buffer.count() - offset);
        each.handle(buffer.slice(offset, length), staging.asSlice(0, length * size), offset);
      }
    }
  }
}
