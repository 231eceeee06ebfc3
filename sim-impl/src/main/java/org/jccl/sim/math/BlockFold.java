package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;

/**
 * Folds one block of elements with one order over all sources.
 *
 * <p>The result may go to a source's very range: every step but the last goes to scratch memory,
 * and the last reads its operands, element by element, before it writes.
 */
final class BlockFold {
  private final ElementKernels kernels;

  BlockFold(ElementKernels kernels) {
    this.kernels = kernels;
  }

  /** Folds elements {@code element} and following, as many and in the order of the piece. */
  void fold(
      Places sources,
      ReducePlan plan,
      long element,
      MemorySegment out,
      long offset,
      Scratch scratch) {
    Accumulator accumulator = plan.accumulator();
    if (accumulator != null) {
      scratch.wide().fold(sources, plan.type(), accumulator, scratch.piece, element, out, offset);
    } else if (!scratch.piece.isLinear()) {
      run(sources, plan, element, out, offset, scratch);
    } else if (scratch.piece.isStairs()) {
      foldStairs(sources, plan, element, out, offset, scratch);
    } else if (plan.isScaled()) {
      foldScaled(sources, plan, element, out, offset, scratch);
    } else {
      foldPlain(sources, plan, element, out, offset, scratch);
    }
  }

  /** Two or more ranks; the value so far is the right operand, as {@code own ∘ received} is. */
  private void foldPlain(
      Places sources,
      ReducePlan plan,
      long element,
      MemorySegment out,
      long offset,
      Scratch scratch) {
    DataType type = plan.type();
    long count = scratch.piece.count();
    long skip = element * type.bytes();
    int last = sources.size() - 1;
    int rank = scratch.piece.rank(0);
    MemorySegment value = sources.segment(rank);
    long at = sources.offset(rank) + skip;
    for (int step = 1; step <= last; step++) {
      rank = scratch.piece.rank(step);
      MemorySegment own = sources.segment(rank);
      long ownAt = sources.offset(rank) + skip;
      MemorySegment to = step == last ? out : scratch.accumulator;
      long toAt = step == last ? offset : 0;
      combine(plan, own, ownAt, value, at, to, toAt, count);
      value = to;
      at = toAt;
    }
  }

  /**
   * Small chunks, each of which starts one place after the one before: one walk along the cycle
   * takes all of them, chunk c joining at place c and leaving after n places.
   */
  private void foldStairs(
      Places sources,
      ReducePlan plan,
      long element,
      MemorySegment out,
      long offset,
      Scratch scratch) {
    FoldOrder.Piece piece = scratch.piece;
    int size = plan.type().bytes();
    int n = sources.size();
    long count = piece.count();
    int chunks = (int) ((piece.offset() + count + piece.chunk() - 1) / piece.chunk());
    MemorySegment value = scratch.accumulator;
    for (int place = 0; place < n + chunks - 1; place++) {
      int rank = piece.rank(place % n);
      MemorySegment own = sources.segment(rank);
      long ownAt = sources.offset(rank) + element * size;
      long done = stair(piece, place - n + 1);
      long joined = stair(piece, place);
      long joining = stair(piece, place + 1);
      if (joined > done) {
        long at = done * size;
        combine(plan, own, ownAt + at, value, at, value, at, joined - done);
      }
      if (joining > joined) {
        long at = joined * size;
        kernels.copy(own, ownAt + at, value, at, (joining - joined) * size);
      }
    }
    kernels.copy(value, 0, out, offset, count * size);
  }

  /** Where chunk {@code index} of the piece starts, or the piece ends. */
  private static long stair(FoldOrder.Piece piece, int index) {
    return Math.clamp(index * piece.chunk() - piece.offset(), 0, piece.count());
  }

  /** The first rank sends RN(s·own); the others add theirs in one rounding or two (FMA-01). */
  private void foldScaled(
      Places sources,
      ReducePlan plan,
      long element,
      MemorySegment out,
      long offset,
      Scratch scratch) {
    MemorySegment value = scratch.accumulator;
    scale(sources, plan, scratch.piece.rank(0), element, value, scratch.piece.count());
    int last = sources.size() - 1;
    for (int step = 1; step <= last; step++) {
      int rank = scratch.piece.rank(step);
      MemorySegment to = step == last ? out : value;
      long toAt = step == last ? offset : 0;
      addScaled(sources, plan, rank, element, value, to, toAt, scratch);
    }
  }

  /** {@code to = left ∘ right}; only f64 NaNs can tell who is left (NAN-06). */
  private void combine(
      ReducePlan plan,
      MemorySegment left,
      long leftAt,
      MemorySegment right,
      long rightAt,
      MemorySegment to,
      long toAt,
      long count) {
    if (plan.ownNanSurvives()) {
      kernels.combine(plan.op(), plan.type(), right, rightAt, left, leftAt, to, toAt, count);
    } else {
      kernels.combine(plan.op(), plan.type(), left, leftAt, right, rightAt, to, toAt, count);
    }
  }

  private void scale(
      Places sources, ReducePlan plan, int rank, long element, MemorySegment to, long count) {
    DataType type = plan.type();
    long at = sources.offset(rank) + element * type.bytes();
    kernels.scale(type, plan.scalar(rank), sources.segment(rank), at, to, 0, count);
  }

  /** {@code to = s·own + value}. */
  private void addScaled(
      Places sources,
      ReducePlan plan,
      int rank,
      long element,
      MemorySegment value,
      MemorySegment to,
      long toAt,
      Scratch scratch) {
    DataType type = plan.type();
    long count = scratch.piece.count();
    Contraction.Rounding rounding = plan.rounding();
    boolean fused = rounding == Contraction.Rounding.FUSED;
    boolean mixed = rounding == Contraction.Rounding.MIXED;
    MemorySegment scaled = scratch.scaled;
    if (!fused) {
      scale(sources, plan, rank, element, scaled, count);
      MemorySegment separate = mixed ? scaled : to;
      combine(plan, scaled, 0, value, 0, separate, mixed ? 0 : toAt, count);
    }
    if (fused || mixed) {
      MemorySegment own = sources.segment(rank);
      long ownAt = sources.offset(rank) + element * type.bytes();
      kernels.fusedScaleCombine(type, plan.scalar(rank), own, ownAt, value, 0, to, toAt, count);
    }
    if (mixed) {
      int size = type.bytes();
      kernels.blend(scaled, 0, to, toAt, count * size, scratch.piece.offset() * size);
    }
  }

  /** Contributions that meet in a tree. */
  private void run(
      Places sources,
      ReducePlan plan,
      long element,
      MemorySegment out,
      long offset,
      Scratch scratch) {
    FoldProgram program = scratch.piece.program();
    DataType type = plan.type();
    long count = scratch.piece.count();
    Scratch.Stack stack = scratch.stack(program.depth());
    int last = program.length() - 1;
    int level = -1;
    for (int step = 0; step <= last; step++) {
      int operation = program.operation(step);
      if (operation == FoldProgram.PUSH) {
        level++;
        push(sources, plan, scratch.piece.rank(program.place(step)), element, stack, level, count);
        continue;
      }
      if (operation != FoldProgram.FOLD) {
        level--;
      }
      MemorySegment to = step == last ? out : stack.block(level);
      long toAt = step == last ? offset : 0;
      MemorySegment value = stack.value(level);
      long at = stack.offset(level);
      if (operation == FoldProgram.FOLD) {
        int rank = scratch.piece.rank(program.place(step));
        if (plan.isScaled()) {
          addScaled(sources, plan, rank, element, value, to, toAt, scratch);
        } else {
          long ownAt = sources.offset(rank) + element * type.bytes();
          combine(plan, sources.segment(rank), ownAt, value, at, to, toAt, count);
        }
      } else {
        MemorySegment top = stack.value(level + 1);
        long topAt = stack.offset(level + 1);
        if (operation == FoldProgram.MERGE) {
          combine(plan, value, at, top, topAt, to, toAt, count);
        } else {
          combine(plan, top, topAt, value, at, to, toAt, count);
        }
      }
      stack.setToBlock(level);
    }
    stack.clear();
  }

  /** A contribution that is not scaled stays where it is until it meets another. */
  private void push(
      Places sources,
      ReducePlan plan,
      int rank,
      long element,
      Scratch.Stack stack,
      int level,
      long count) {
    if (plan.isScaled()) {
      stack.setToBlock(level);
      scale(sources, plan, rank, element, stack.block(level), count);
    } else {
      long at = sources.offset(rank) + element * plan.type().bytes();
      stack.set(level, sources.segment(rank), at);
    }
  }
}
