package org.jccl.sim.math;

import java.util.Arrays;
import org.jccl.DataType;
import org.jccl.config.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * What a reduction computes: the operation, the element type, each rank's factor and the final
 * divisor. Immutable; make it once per operation and world size.
 */
public final class ReducePlan {
  private static final long[] NONE = {};
  private static final Contraction PROFILE = Contraction.SM_90;

  private final Arithmetic op;
  private final DataType type;
  private final long[] scalars;
  private final int divisor;
  private final Contraction.Rounding rounding;
  private final boolean ownNanSurvives;
  private final @Nullable Accumulator accumulator;

  private ReducePlan(
      Arithmetic op,
      DataType type,
      long[] scalars,
      int divisor,
      Contraction.Rounding rounding,
      boolean ownNanSurvives,
      @Nullable Accumulator accumulator) {
    this.op = op;
    this.type = type;
    this.scalars = scalars;
    this.divisor = divisor;
    this.rounding = rounding;
    this.ownNanSurvives = ownNanSurvives;
    this.accumulator = accumulator;
  }

  /** Sum, product, maximum or minimum. */
  public static ReducePlan of(Arithmetic op, DataType type) {
    return new ReducePlan(op, type, NONE, 1, simple(type), false, null);
  }

  /** The average: one division at the end for integers, a factor of 1/n for floats (AVG-01/02). */
  public static ReducePlan average(DataType type, int worldSize) {
    if (worldSize < 1) {
      throw new IllegalArgumentException("world size " + worldSize + ", expected at least 1");
    }
    if (!type.isFloating()) {
      return new ReducePlan(Arithmetic.SUM, type, NONE, worldSize, simple(type), false, null);
    }
    long[] scalars = new long[worldSize];
    Arrays.fill(scalars, AverageScalar.bits(type, worldSize));
    return new ReducePlan(Arithmetic.SUM, type, scalars, 1, simple(type), false, null);
  }

  /**
   * PreMulSum: rank {@code r}'s input is multiplied by {@code scalars[r]} before the sum (AVG-03).
   *
   * @param scalars the bits of one number of this type for each rank
   */
  public static ReducePlan preMulSum(DataType type, long... scalars) {
    if (scalars.length == 0) {
      throw new IllegalArgumentException("no scalars, expected one for each rank");
    }
    return new ReducePlan(Arithmetic.SUM, type, scalars.clone(), 1, simple(type), false, null);
  }

  /**
   * The same plan as the kernels of {@code protocol} compute it: how scaled sums round (FMA-01),
   * and which of two f64 NaNs survives (NAN-02).
   */
  public ReducePlan computedBy(Protocol protocol, Contraction profile) {
    Contraction.Rounding wanted = profile.rounding(protocol, type);
    boolean own = protocol == Protocol.LL128 && type == DataType.FLOAT64;
    return wanted == rounding && own == ownNanSurvives
        ? this
        : new ReducePlan(op, type, scalars, divisor, wanted, own, accumulator);
  }

  /**
   * A sum as the symmetric kernels compute it: narrow floats are added up in f32 and rounded once
   * (SYM-04).
   */
  public static ReducePlan symmetric(DataType type) {
    ReducePlan plain = of(Arithmetic.SUM, type);
    return type.bytes() < Float.BYTES ? plain.with(Accumulator.SINGLE) : plain;
  }

  /** An average as they compute it: a sum, multiplied by 1/n before it is rounded. */
  public static ReducePlan symmetricAverage(DataType type, int worldSize) {
    return of(Arithmetic.SUM, type).with(Accumulator.average(type, worldSize));
  }

  private ReducePlan with(Accumulator wider) {
    return new ReducePlan(op, type, scalars, divisor, rounding, ownNanSurvives, wider);
  }

  private static Contraction.Rounding simple(DataType type) {
    return PROFILE.rounding(Protocol.SIMPLE, type);
  }

  /** How two contributions meet. */
  public Arithmetic op() {
    return op;
  }

  /** The type of every element. */
  public DataType type() {
    return type;
  }

  /** In what the sum is kept until all ranks are in; null if it is rounded with each of them. */
  @Nullable Accumulator accumulator() {
    return accumulator;
  }

  /** Whether each rank scales its own input first. */
  public boolean isScaled() {
    return scalars.length > 0;
  }

  /** How often the sum with a scaled input rounds. */
  public Contraction.Rounding rounding() {
    return rounding;
  }

  /**
   * Whether the left operand's f64 NaN survives where both are NaN, and not the right one's, in a
   * combination that is not fused: with LL128 that is a rank's own.
   */
  public boolean ownNanSurvives() {
    return ownNanSurvives;
  }

  /**
   * Whether a fold over {@code worldSize} ranks has the same bits in every order (DET-04): all
   * integers, minimum and maximum, two ranks that do not scale. Not so f64, whose NaNs differ.
   */
  boolean isOrderFree(int worldSize) {
    if (!type.isFloating()) {
      return true;
    }
    boolean picks = op == Arithmetic.MAX || op == Arithmetic.MIN;
    return type != DataType.FLOAT64 && !isScaled() && (picks || worldSize <= 2);
  }

  /** What the finished value is divided by; 1 for nothing. */
  public int divisor() {
    return divisor;
  }

  long scalar(int rank) {
    return scalars[rank];
  }

  void requireWorldSize(int worldSize) {
    if (isScaled() && scalars.length != worldSize) {
      throw new IllegalArgumentException(
          scalars.length + " scalars for a world of " + worldSize + " ranks");
    }
  }
}
