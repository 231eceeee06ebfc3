package org.jccl.test;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.opentest4j.AssertionFailedError;

/**
 * What a reduction must give, and how far from it a correct library may be.
 *
 * <p>Floating sums depend on the order of addition, which a library may choose. The exact sum of n
 * terms and every sum in the type, in any order, differ by at most (n-1)u/(1-(n-1)u) times the sum
 * of the absolute values; u is the type's unit roundoff. An average may round twice more, a sum of
 * products with a number once more. Integers, minimum and maximum are exact. So are sums of data
 * that every order of addition holds exactly.
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
  private final String op;
  private final List<BigDecimal> expected = new ArrayList<>();
  private final List<Precision.Bound> bounds = new ArrayList<>();

  /** {@code reduction} is one of an element: of the terms that the ranks have there. */
  private Oracle(
      DataType type,
      String op,
      List<BigDecimal[]> inputs,
      Function<List<BigDecimal>, Sum> reduction) {
    requireOneLength(inputs);
    this.type = type;
    this.op = op;
    for (int i = 0; i < inputs.getFirst().length; i++) {
      List<BigDecimal> terms = new ArrayList<>();
      for (BigDecimal[] input : inputs) {
        terms.add(input[i]);
      }
      Sum sum = reduction.apply(terms);
      expected.add(sum.exact());
      bounds.add(sum.bound());
    }
  }

  /**
   * What comes of one element.
   *
   * @param exact the result
   * @param bound how far a correct result may be from it
   */
  private record Sum(BigDecimal exact, Precision.Bound bound) {}

  private static Oracle builtin(DataType type, ReduceOp op, List<BigDecimal[]> inputs) {
    if (!(op instanceof ReduceOp.Builtin known)) {
      throw new IllegalArgumentException(
          op + ", expected SUM, PROD, MIN, MAX or AVG; see ofPreMulSum");
    }
    return new Oracle(type, known.label(), inputs, terms -> reduced(type, known, terms));
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
    return builtin(type, op, inputs.stream().map(input -> rounded(type, input)).toList());
  }

  /**
   * The oracle of a sum before which each rank multiplies what it contributes, as with {@link
   * org.jccl.PreMulSum}.
   *
   * @param type the element type; inputs and scalars are rounded to it first
   * @param scalars the number that each rank multiplies with
   * @param inputs what each rank contributes, all of one length, finite
   * @return the oracle
   * @throws IllegalArgumentException if lengths differ or a number is not finite
   */
  public static Oracle ofPreMulSum(DataType type, double[] scalars, List<double[]> inputs) {
    if (scalars.length != inputs.size()) {
      throw new IllegalArgumentException(
          scalars.length + " scalars for " + inputs.size() + " ranks, expected one for each");
    }
    BigDecimal[] factors = rounded(type, scalars);
    return new Oracle(
        type,
        "premulsum",
        inputs.stream().map(input -> rounded(type, input)).toList(),
        terms -> scaled(type, factors, terms));
  }

  private static Sum scaled(DataType type, BigDecimal[] factors, List<BigDecimal> terms) {
    List<BigDecimal> products = new ArrayList<>();
    for (int i = 0; i < factors.length; i++) {
      products.add(factors[i].multiply(terms.get(i)));
    }
    BigDecimal sum = products.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    return type.isFloating()
        ? new Sum(sum, Precision.of(type).sumOfProducts(products))
        : new Sum(
            new BigDecimal(Precision.wrapped(type, sum.toBigInteger())), Precision.Bound.EXACT);
  }

  private static BigDecimal[] rounded(DataType type, double[] input) {
    BigDecimal[] row = new BigDecimal[input.length];
    for (int i = 0; i < input.length; i++) {
      row[i] = rounded(type, input[i], i);
    }
    return row;
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
    return builtin(type, op, exact);
  }

  private static void requireOneLength(List<BigDecimal[]> inputs) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("no inputs, expected one for each rank");
    }
    for (BigDecimal[] input : inputs) {
      if (input.length != inputs.getFirst().length) {
        throw new IllegalArgumentException(
            "inputs of " + inputs.getFirst().length + " and " + input.length + " elements");
      }
    }
  }

  private static Sum reduced(DataType type, ReduceOp.Builtin op, List<BigDecimal> terms) {
    Precision.Bound bound =
        type.isFloating() ? Precision.of(type).bound(op, terms) : Precision.Bound.EXACT;
    return new Sum(exact(type, op, terms), bound);
  }

  private static BigDecimal exact(DataType type, ReduceOp.Builtin op, List<BigDecimal> terms) {
    BigDecimal result =
        switch (op) {
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
    Precision.Bound bound = bounds.get(index);
    return bound.overflows() || bound.most().signum() < 0
        ? Double.POSITIVE_INFINITY
        : bound.most().doubleValue();
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
    Precision.Bound bound = bounds.get(index);
    BigDecimal most = bound.most();
    double actual = type.decode(bits);
    boolean right;
    if (!Double.isFinite(actual)) {
      right = bound.overflows() || most.signum() < 0;
    } else {
      BigDecimal value =
          type.isFloating()
              ? new BigDecimal(actual)
              : new BigDecimal(Precision.wrapped(type, BigInteger.valueOf(bits)));
      BigDecimal error = value.subtract(expected.get(index)).abs();
      right = most.signum() < 0 || error.compareTo(most) <= 0;
    }
    if (!right) {
      throw new AssertionFailedError(
          "element "
              + index
              + " is "
              + actual
              + ", expected "
              + expected(index)
              + (most.signum() == 0 ? " exactly" : " within " + most.doubleValue())
              + " ("
              + op
              + " of "
              + type
              + ")",
          expected(index),
          actual);
    }
  }
}
