package org.jccl.conformance.rules;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.conformance.data.ElementArithmetic;
import org.jccl.conformance.data.Elements;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.Values;

/** The arithmetic of single elements (rules EL, NAN and AVG), compared bit by bit. */
class ArithmeticRules extends NumericsSuite {
  private static final List<Fold> FOLDS = List.of(Fold.SUM, Fold.PROD, Fold.MAX, Fold.MIN);
  private static final List<DataType> CANONICAL =
      List.of(DataType.FLOAT32, DataType.FLOAT16, DataType.BFLOAT16);

  /** Two ranks: the order cannot be seen (rule NAN-06). */
  private void isExact(Fold fold, DataType type, long[] first, long... second) {
    FoldedCall call = FoldedCall.ofInputs(type, fold, new long[][] {first, second});
    isExact(call);
  }

  private void isExact(FoldedCall call) {
    long[] expected = new long[call.elements()];
    Arrays.setAll(expected, i -> call.folded(new int[] {0, 1}, 0, i, false));
    expect(allReduced(call), expected, call.type(), call.toString());
  }

  @Example
  public void required_EL_01_everyStepRoundsToTheElementType() {
    for (DataType type : floats()) {
      isExact(FoldedCall.of(type, Fold.SUM, 2, 1000));
      isExact(FoldedCall.of(type, Fold.PROD, 2, 1000));
    }
  }

  @Example
  @Needs(ranks = 3, environment = NO_MULTICAST)
  public void required_EL_01_noAccumulatorIsWider() {
    for (DataType type : floats()) {
      FoldedCall call = FoldedCall.of(type, Fold.SUM, 3, 1000);
      long[] seen = allReduced(call);
      for (int i = 0; i < seen.length; i++) {
        check(call.isSomeFold(i, seen[i], false), call + ": no order explains element " + i);
      }
    }
  }

  @Example
  public void required_EL_02_alignmentDoesNotChangeAResult() {
    for (DataType type : floats()) {
      FoldedCall call = FoldedCall.of(type, Fold.SUM, 2, 259);
      long[] aligned = allReduced(call);
      run(
          rank -> {
            long[] inputs = call.inputs(rank.rank());
            long[] shifted = new long[inputs.length + 3];
            System.arraycopy(inputs, 0, shifted, 3, inputs.length);
            DeviceBuffer all = rank.bits(type, shifted);
            DeviceBuffer part = all.slice(3, inputs.length);
            rank.communicator().allReduce(part, ReduceOp.SUM);
            rank.communicator().defaultStream().synchronize();
            rank.check(
                Arrays.equals(Values.bits(part), aligned), type + ": alignment changes bits");
          });
    }
  }

  @Example
  public void required_EL_03_subnormalNumbersAreKept() {
    for (DataType type : types(each -> each.isFloating() && !each.isFloat8())) {
      isExact(Fold.SUM, type, new long[] {1, 3, 0, 1}, 1, 2, 5, negative(type) | 2);
      isExact(Fold.MAX, type, new long[] {1, 3}, 2, negative(type) | 1);
      isExact(Fold.PROD, type, new long[] {6, 7}, type.encode(0.5), type.encode(0.5));
    }
  }

  private static long negative(DataType type) {
    return 1L << (8 * type.bytes() - 1);
  }

  @Example
  public void required_EL_04_integersAreCombinedModuloTheirWidth() {
    for (DataType type : types(each -> !each.isFloating())) {
      for (Fold fold : FOLDS) {
        isExact(FoldedCall.of(type, fold, 2, 500));
      }
    }
  }

  @Example
  public void required_EL_05_bytesDoNotDisturbTheirNeighbours() {
    long[] first = {0xFF, 0x01, 0x80, 0x7F, 0xFF, 0xFF, 0x00};
    long[] second = {0x01, 0x01, 0x80, 0x01, 0xFF, 0x00, 0xFF};
    for (DataType type : List.of(DataType.INT8, DataType.UINT8)) {
      for (Fold fold : FOLDS) {
        isExact(fold, type, first, second);
      }
    }
  }

  /** All pairs of two float8 numbers, infinities and NaN included. */
  @Example
  public void required_EL_06_aStepOfFloat8RoundsTwice() {
    for (DataType type : types(DataType::isFloat8)) {
      long[] first = new long[1 << 16];
      long[] second = new long[1 << 16];
      Arrays.setAll(first, i -> i >> 8);
      Arrays.setAll(second, i -> i & 0xFF);
      for (Fold fold : FOLDS) {
        isExact(fold, type, first, second);
      }
    }
  }

  @Example
  public void required_NAN_01_arithmeticGivesOneNan() {
    for (DataType type : CANONICAL) {
      long infinity = type.encode(Double.POSITIVE_INFINITY);
      long odd = infinity | 1 | negative(type);
      isExact(Fold.SUM, type, new long[] {odd, infinity, 0}, 0, infinity | negative(type), odd);
      isExact(Fold.PROD, type, new long[] {odd, infinity}, type.encode(2), 0);
    }
  }

  @Example
  public void optional_NAN_02_aNanOfFloat64IsQuiet() {
    for (Fold fold : List.of(Fold.SUM, Fold.PROD)) {
      checkNans(fold);
    }
  }

  @Example
  public void required_NAN_04_minimumAndMaximumOfTwoFloat64Nans() {
    for (Fold fold : List.of(Fold.MIN, Fold.MAX)) {
      checkNans(fold);
    }
  }

  private void checkNans(Fold fold) {
    long quiet = 1L << 51;
    long[] first = {0x7FF0_0000_0000_0001L, 0x7FF8_0000_0000_0002L};
    long[] second = {0xFFF0_0000_0000_0004L, 0xFFF8_0000_0000_0008L};
    FoldedCall call = FoldedCall.ofInputs(DataType.FLOAT64, fold, new long[][] {first, second});
    long[] seen = allReduced(call);
    for (int i = 0; i < seen.length; i++) {
      boolean oneOfThem = seen[i] == (first[i] | quiet) || seen[i] == (second[i] | quiet);
      check(
          oneOfThem,
          fold + " of two NaNs is " + Elements.words(DataType.FLOAT64, seen[i]) + ", neither");
    }
  }

  @Example
  public void required_NAN_03_minimumAndMaximumSkipNan() {
    for (DataType type : types(each -> each.isFloating())) {
      ElementArithmetic arithmetic = ElementArithmetic.of(type);
      long nan = arithmetic.canonicalNan();
      long one = type.encode(1);
      long minus = negative(type);
      for (Fold fold : List.of(Fold.MIN, Fold.MAX)) {
        isExact(fold, type, new long[] {nan, one, 0, minus, one}, one, nan, minus, 0, one | minus);
        if (type != DataType.FLOAT64) {
          isExact(fold, type, new long[] {nan}, nan | minus);
        }
      }
    }
  }

  @Example
  public void required_NAN_05_copiesNeverChangeANan() {
    for (DataType type : CANONICAL) {
      long signalling = type.encode(Double.POSITIVE_INFINITY) | 1;
      run(
          rank -> {
            DeviceBuffer data = rank.bits(type, signalling);
            rank.communicator().broadcast(data, 0);
            rank.communicator().defaultStream().synchronize();
            rank.check(Values.bits(data)[0] == signalling, type + ": a copy changed a NaN");
          });
      isExact(Fold.SUM, type, new long[] {signalling}, type.encode(1));
    }
  }

  @Example
  public void required_AVG_01_anIntegerAverageDividesOnce() {
    for (int n = 2; n <= atMost(4); n++) {
      for (DataType type : types(each -> !each.isFloating())) {
        FoldedCall call = FoldedCall.of(type, Fold.AVG, n, 300);
        long[] expected = new long[call.elements()];
        int[] order = RankOrders.permutations(n).getFirst();
        Arrays.setAll(expected, i -> call.folded(order, 0, i, false));
        expect(allReduced(call), expected, type, call.toString());
      }
    }
  }

  /** One rank gives 1, the others nothing: what comes out is the factor itself. */
  @Example
  public void required_AVG_02_aFloatAverageMultipliesByARoundedShare() {
    for (int n = 2; n <= atMost(7); n++) {
      for (DataType type : floats()) {
        long[][] inputs = new long[n][1];
        inputs[0][0] = type.encode(1);
        long seen = allReduced(FoldedCall.ofInputs(type, Fold.AVG, inputs))[0];
        long expected = ElementArithmetic.of(type).averageScalar(n);
        expect(seen, expected, type, "1/" + n);
      }
    }
  }

  @Example
  @Needs(ranks = 3, environment = NO_MULTICAST)
  public void required_AVG_02_theKnownFactorsOfThreeRanks() {
    long[] known = {0x3EAAAAABL, 0x3555, 0x3EAB, 0x3FD5555555555555L};
    List<DataType> types =
        List.of(DataType.FLOAT32, DataType.FLOAT16, DataType.BFLOAT16, DataType.FLOAT64);
    for (int i = 0; i < known.length; i++) {
      DataType type = types.get(i);
      long[][] inputs = {{type.encode(1)}, {0}, {0}};
      FoldedCall call = FoldedCall.ofInputs(type, Fold.AVG, inputs);
      expect(allReduced(call)[0], known[i], type, "1/3");
    }
  }

  @Example
  public void required_AVG_03_eachRankScalesWhatItReadsItself() {
    long three = DataType.FLOAT32.encode(3);
    long five = DataType.FLOAT32.encode(5);
    long[][] inputs = {{DataType.FLOAT32.encode(2), three}, {three, five}};
    FoldedCall call = FoldedCall.ofInputs(DataType.FLOAT32, Fold.SCALED_SUM, inputs, three, five);
    long[] expected = {DataType.FLOAT32.encode(21), DataType.FLOAT32.encode(34)};
    expect(allReduced(call), expected, DataType.FLOAT32, "3·a + 5·b");
  }

  @Example
  public void required_AVG_04_scaledIntegersWrap() {
    for (DataType type : types(each -> !each.isFloating())) {
      isExact(FoldedCall.of(type, Fold.SCALED_SUM, 2, 300));
    }
  }

  @Example
  public void required_AVG_05_scaledFloat8IsNeverFused() {
    for (DataType type : types(DataType::isFloat8)) {
      isExact(FoldedCall.of(type, Fold.SCALED_SUM, 2, 4096));
    }
  }

  @Example
  public void required_AVG_06_oneRankMultipliesOrCopies() {
    for (DataType type : CANONICAL) {
      long odd = type.encode(Double.POSITIVE_INFINITY) | 1;
      for (Fold fold : EnumSet.of(Fold.SUM, Fold.PROD, Fold.MAX, Fold.MIN, Fold.AVG)) {
        FoldedCall call = FoldedCall.ofInputs(type, fold, new long[][] {{odd, type.encode(3)}});
        long first = fold == Fold.AVG ? ElementArithmetic.of(type).canonicalNan() : odd;
        long[] expected = {first, type.encode(3)};
        expect(allReduced(call), expected, type, fold + " on one rank");
      }
    }
  }
}
