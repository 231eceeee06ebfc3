package org.jccl.conformance.rules;

import java.util.Random;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.ReduceOp;
import org.jccl.conformance.data.ElementArithmetic;
import org.jccl.conformance.data.Fold;

/**
 * A reduction of arbitrary numbers, and what chapter 13 says that it gives in a certain order: the
 * same numbers on every run.
 */
final class FoldedCall {
  private final DataType type;
  private final Fold fold;
  private final long[][] inputs;
  private final long[] scalars;
  private final ElementArithmetic arithmetic;

  private FoldedCall(DataType type, Fold fold, long[][] inputs, long[] scalars) {
    this.type = type;
    this.fold = fold;
    this.inputs = inputs;
    this.scalars = scalars;
    this.arithmetic = ElementArithmetic.of(type);
  }

  /** Of {@code elements} inputs a rank, whose sums round. */
  static FoldedCall of(DataType type, Fold fold, int ranks, int elements) {
    long[][] inputs = new long[ranks][elements];
    long[] scalars = new long[fold == Fold.SCALED_SUM ? ranks : 0];
    for (int rank = 0; rank < ranks; rank++) {
      Random random = new Random(31L * type.code() + rank);
      for (int i = 0; i < elements; i++) {
        inputs[rank][i] =
            type.isFloating()
                ? type.encode(random.nextGaussian() * Math.scalb(1, random.nextInt(7) - 3))
                : type.encode(random.nextLong());
      }
      if (fold == Fold.SCALED_SUM) {
        scalars[rank] = type.encode(type.isFloating() ? 0.3 + 0.1 * rank : 3 + rank);
      }
    }
    return ofInputs(type, fold, inputs, scalars);
  }

  /** Of inputs by rank; scalars by rank for a scaled sum, else none. */
  static FoldedCall ofInputs(DataType type, Fold fold, long[][] inputs, long... scalars) {
    boolean average = fold == Fold.AVG && type.isFloating();
    long[] factors = average ? new long[inputs.length] : scalars;
    for (int rank = 0; average && rank < inputs.length; rank++) {
      factors[rank] = ElementArithmetic.of(type).averageScalar(inputs.length);
    }
    return new FoldedCall(type, fold, inputs, factors);
  }

  /** The same numbers, those of the last rank put in by the first. */
  FoldedCall turned() {
    long[][] turned = new long[ranks()][];
    long[] factors = scalars.clone();
    for (int rank = 0; rank < ranks(); rank++) {
      turned[rank] = inputs[ranks() - 1 - rank];
      if (factors.length > 0) {
        factors[rank] = scalars[ranks() - 1 - rank];
      }
    }
    return new FoldedCall(type, fold, turned, factors);
  }

  DataType type() {
    return type;
  }

  int ranks() {
    return inputs.length;
  }

  int elements() {
    return inputs[0].length;
  }

  /** What {@code rank} puts in. */
  long[] inputs(int rank) {
    return inputs[rank];
  }

  /** Whether {@code op} is to be closed after the call. */
  boolean needsCustomReduction() {
    return fold == Fold.SCALED_SUM;
  }

  /** The reduction that {@code rank} calls with, made for this call if it is a scaled sum. */
  ReduceOp reduction(Communicator comm, int rank) {
    return needsCustomReduction()
        ? comm.preMulSum(type, type.decode(scalars[rank]))
        : fold.builtin();
  }

  /** The first rank's contribution (rule FMA-01). */
  long first(int rank, int element) {
    long own = inputs[rank][element];
    return scalars.length == 0 ? own : arithmetic.multiply(scalars[rank], own);
  }

  /** What {@code rank} makes of a received value, fused or not. */
  long next(int rank, int element, long received, boolean fused) {
    long own = inputs[rank][element];
    if (scalars.length == 0) {
      return arithmetic.combine(fold, own, received);
    }
    return fused && type.isFloating() && !type.isFloat8()
        ? arithmetic.fused(scalars[rank], own, received)
        : arithmetic.add(first(rank, element), received);
  }

  /** Two partial results together. */
  long added(long one, long other) {
    return arithmetic.combine(fold == Fold.SCALED_SUM ? Fold.SUM : fold, one, other);
  }

  /** What the rank that finishes an element makes of it (rule AVG-01). */
  long finished(long value) {
    return fold == Fold.AVG && !type.isFloating() ? arithmetic.divide(value, ranks()) : value;
  }

  /** A fold over all of {@code order}, from {@code start} on and around. */
  long folded(int[] order, int start, int element, boolean fused) {
    int n = order.length;
    long value = first(order[start % n], element);
    for (int step = 1; step < n; step++) {
      value = next(order[(start + step) % n], element, value, fused);
    }
    return finished(value);
  }

  /** Whether some order of ranks gives {@code bits}. */
  boolean isSomeFold(int element, long bits, boolean fused) {
    return RankOrders.permutations(ranks()).stream()
        .anyMatch(order -> folded(order, 0, element, fused) == bits);
  }

  @Override
  public String toString() {
    return fold.label() + " of " + elements() + " " + type + " on " + ranks() + " ranks";
  }
}
