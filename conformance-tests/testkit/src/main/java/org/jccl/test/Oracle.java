package org.jccl.test;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.opentest4j.AssertionFailedError;

/**
 * What a reduction must give, and how far from it a correct library may be.
 *
 * <p>Floating sums depend on the order of addition, which a library may choose. The exact sum of n
 * terms and every sum in the type, in any order, differ by at most (n-1)u/(1-(n-1)u) times the sum
 * of the absolute values; u is the type's unit roundoff. An average may round twice more. Integers,
 * minimum and maximum are exact. So are sums of data that every order of addition holds exactly.
 *
 * {@snippet :
 * Oracle sum = Oracle.of(DataType.FLOAT32, ReduceOp.SUM, List.of(rank0, rank1, rank2));
 * sum.check(buffer);
 * }
 */
public final class Oracle {
  /** Digits for quotients and products; far beyond the last bit of any type. */
  private static final MathContext EXACT_ENOUGH = new MathContext(80, RoundingMode.HALF_EVEN);

  private final DataType type;
  private final ReduceOp op;
  private final Precision precision;
  private final List<BigDecimal> expected = new ArrayList<>();
  private final List<BigDecimal> bounds = new ArrayList<>();

  private Oracle(DataType type, ReduceOp op, List<BigDecimal[]> inputs) {
    if (!(op instanceof ReduceOp.Builtin)) {
      throw new IllegalArgumentException(op + ", expected SUM, PROD, MIN, MAX or AVG");
    }
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("no inputs, expected one for each rank");
    }
    this.type = type;
    this.op = op;
    this.precision = Precision.of(type);
    for (int i = 0; i < inputs.getFirst().length; i++) {
      List<BigDecimal> terms = new ArrayList<>();
      for (BigDecimal[] input : inputs) {
        terms.add(input[i]);
      }
      add(terms);
    }
  }

  /**
   * The oracle of a reduction.
   *
   * @param type the element type; inputs are rounded to it first
   * @param op a built-in reduction
   * @param inputs what each rank contributes, all of one length, finite
   * @return the oracle
   * @throws IllegalArgumentException if lengths differ or a number is not finite
   */
  public static Oracle of(DataType type, ReduceOp op, List<double[]> inputs) {
    List<BigDecimal[]> exact = new ArrayList<>();
    for (double[] input : inputs) {
      BigDecimal[] row = new BigDecimal[input.length];
      for (int i = 0; i < input.length; i++) {
        row[i] = rounded(type, input[i], i);
      }
      exact.add(row);
    }
    requireOneLength(exact);
    return new Oracle(type, op, exact);
  }

  private static BigDecimal rounded(DataType type, double input, int index) {
    double rounded = type.isFloating() ? type.decode(type.encode(input)) : input;
    if (!Double.isFinite(rounded)) {
      throw new IllegalArgumentException(
          "element " + index + " is " + input + ", expected a finite " + type);
    }
    BigDecimal exact = new BigDecimal(rounded);
    return type.isFloating()
        ? exact
        : new BigDecimal(Precision.wrapped(type, exact.toBigInteger()));
  }

  /**
   * The same for integers, which a double may not hold.
   *
   * @param type an integer type
   * @param op a built-in reduction
   * @param inputs what each rank contributes, all of one length
   * @return the oracle
   */
  public static Oracle ofIntegers(DataType type, ReduceOp op, List<long[]> inputs) {
    if (type.isFloating()) {
      throw new IllegalArgumentException(type + ", expected an integer type");
    }
    List<BigDecimal[]> exact = new ArrayList<>();
    for (long[] input : inputs) {
      BigDecimal[] row = new BigDecimal[input.length];
      for (int i = 0; i < input.length; i++) {
        row[i] = new BigDecimal(Precision.wrapped(type, BigInteger.valueOf(input[i])));
      }
      exact.add(row);
    }
    requireOneLength(exact);
    return new Oracle(type, op, exact);
  }

  private static void requireOneLength(List<BigDecimal[]> inputs) {
    for (BigDecimal[] input : inputs) {
      if (input.length != inputs.getFirst().length) {
        throw new IllegalArgumentException(
            "inputs of " + inputs.getFirst().length + " and " + input.length + " elements");
      }
    }
  }

  private void add(List<BigDecimal> terms) {
    BigDecimal exact = exact(terms);
    expected.add(exact);
    bounds.add(type.isFloating() ? precision.bound((ReduceOp.Builtin) op, terms) : BigDecimal.ZERO);
  }

  private BigDecimal exact(List<BigDecimal> terms) {
    BigDecimal result =
        switch ((ReduceOp.Builtin) op) {
          case SUM, AVG -> terms.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
          case PROD -> terms.stream().reduce(BigDecimal.ONE, BigDecimal::multiply);
          case MIN -> terms.stream().reduce(BigDecimal::min).orElseThrow();
          case MAX -> terms.stream().reduce(BigDecimal::max).orElseThrow();
        };
    BigDecimal ranks = BigDecimal.valueOf(terms.size());
    if (type.isFloating()) {
      return op == ReduceOp.AVG ? result.divide(ranks, EXACT_ENOUGH) : result;
    }
    BigInteger wrapped = Precision.wrapped(type, result.toBigInteger());
    return new BigDecimal(op == ReduceOp.AVG ? wrapped.divide(ranks.toBigInteger()) : wrapped);
  }

  /** {@return the number of elements} */
  public int count() {
    return expected.size();
  }

  /**
   * {@return the exact result of an element}
   *
   * @param index from 0
   */
  public double expected(int index) {
    return expected.get(index).doubleValue();
  }

  /**
   * {@return how far a correct result may be from {@link #expected}; infinite where a partial
   * result may overflow}
   *
   * @param index from 0
   */
  public double bound(int index) {
    BigDecimal bound = bounds.get(index);
    return bound.signum() < 0 ? Double.POSITIVE_INFINITY : bound.doubleValue();
  }

  /**
   * Fails at the first element that no correct library gives.
   *
   * @param result a buffer of the type with at least {@link #count} elements
   * @throws AssertionFailedError naming element, both values and the bound
   */
  public void check(DeviceBuffer result) {
    if (result.type() != type || result.count() < count()) {
      throw new IllegalArgumentException(result + ", expected " + count() + " of " + type);
    }
    long[] elements = BufferElements.read(result, count());
    for (int i = 0; i < elements.length; i++) {
      check(i, elements[i]);
    }
  }

  private void check(int index, long bits) {
    BigDecimal bound = bounds.get(index);
    double actual = type.decode(bits);
    boolean right;
    if (!Double.isFinite(actual)) {
      right = bound.signum() < 0;
    } else {
      BigDecimal value =
          type.isFloating()
              ? new BigDecimal(actual)
              : new BigDecimal(Precision.wrapped(type, BigInteger.valueOf(bits)));
      BigDecimal error = value.subtract(expected.get(index)).abs();
      right = bound.signum() < 0 || error.compareTo(bound) <= 0;
    }
    if (!right) {
      throw new AssertionFailedError(
          "element "
              + index
              + " is "
              + actual
              + ", expected "
              + expected(index)
              + (bound.signum() == 0 ? " exactly" : " within " + bound(index))
              + " ("
              + op.label()
              + " of "
              + type
              + ")",
          expected(index),
          actual);
    }
  }
}
