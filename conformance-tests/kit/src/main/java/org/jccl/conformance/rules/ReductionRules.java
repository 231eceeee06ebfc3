package org.jccl.conformance.rules;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.function.LongBinaryOperator;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.ops.Operation;

/** What the types are and how they are combined (chapter 1 of the rule book). */
final class ReductionRules extends Suite {
  private static final List<DataType> IEEE =
      List.of(DataType.FLOAT16, DataType.FLOAT32, DataType.FLOAT64, DataType.BFLOAT16);
  private static final List<DataType> INTEGERS =
      Arrays.stream(DataType.values()).filter(type -> !type.isFloating()).toList();

  @Example
  public void required_TYP_01_everyTypeHasItsSize() {
    for (int n : new int[] {1, 2, 3}) {
      if (n <= capabilities().maxRanks()) {
        sweep(Operation.ALL_GATHER, n, 37);
      }
    }
  }

  @Property
  public void required_TYP_06_movingOperationsCopyBits(@ForAll("moves") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> moves() {
    EnumSet<Operation> moving = EnumSet.copyOf(operations());
    moving.removeIf(Operation::reduces);
    return arbitraries().calls(moving);
  }

  @Example
  public void required_RED_03_everyReductionTakesEveryType() {
    for (int n = 1; n <= atMost(8); n++) {
      sweep(Operation.ALL_REDUCE, n, 41);
    }
    sweep(Operation.REDUCE, atMost(3), 41);
    sweep(Operation.REDUCE_SCATTER, atMost(3), 41);
  }

  private void sweep(Operation operation, int n, long count) {
    List<CallSpec> all = arbitraries().everyCombination(operation, n, count);
    verify(
        Program.typed(
            n,
            all.stream()
                .<ProgramStep>map(call -> new ProgramStep.Alone(Placed.of(call)))
                .toList()));
  }

  @Property
  public void required_RED_04_integersWrapAround(@ForAll("integerSums") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> integerSums() {
    return reductions(EnumSet.of(Fold.SUM, Fold.PROD, Fold.SCALED_SUM), INTEGERS);
  }

  @Example
  public void required_RED_05_signDecidesMinimumAndMaximum() {
    for (DataType type : INTEGERS) {
      int n = 2;
      long top = 1L << (8 * type.bytes() - 1);
      boolean signed = type.kind() == DataType.Kind.SIGNED;
      LongBinaryOperator low = (a, b) -> signed ? b : a;
      run(
          n,
          rank -> {
            long own = rank.rank() == 0 ? 1 : top; // 1, and the one whose top bit is set
            long other = n == 1 ? 1 : top;
            long[] min = allReduce(rank, type, ReduceOp.MIN, own);
            long[] max = allReduce(rank, type, ReduceOp.MAX, own);
            rank.check(min[0] == low.applyAsLong(1, other), type + " min " + min[0]);
            rank.check(max[0] == low.applyAsLong(other, 1), type + " max " + max[0]);
          });
    }
  }

  @Example
  public void required_RED_06_minimumAndMaximumIgnoreNaN() {
    int n = atMost(3);
    for (DataType type : IEEE) {
      long nan = type.encode(Double.NaN);
      run(
          n,
          rank -> {
            long one = type.encode(1 + rank.rank());
            long[] bits = {rank.rank() == 0 ? nan : one, nan};
            long[] max = allReduce(rank, type, ReduceOp.MAX, bits);
            long[] min = allReduce(rank, type, ReduceOp.MIN, bits);
            rank.check(
                type.decode(max[0]) == n, type + " max with a NaN is " + type.decode(max[0]));
            rank.check(
                type.decode(min[0]) == 2, type + " min with a NaN is " + type.decode(min[0]));
            rank.check(Double.isNaN(type.decode(max[1])), type + " max of NaN is no NaN");
            rank.check(Double.isNaN(type.decode(min[1])), type + " min of NaN is no NaN");
          });
    }
  }

  @Example
  public void required_RED_07_sumsFollowIeee() {
    double infinity = Double.POSITIVE_INFINITY;
    for (DataType type : IEEE) {
      double largest = type.decode(largestBits(type));
      run(
          rank -> {
            boolean first = rank.rank() == 0;
            long[] bits = {
              type.encode(first ? infinity : 1),
              type.encode(first ? infinity : -infinity),
              type.encode(first ? Double.NaN : 1),
              type.encode(largest)
            };
            double[] sum = decoded(type, allReduce(rank, type, ReduceOp.SUM, bits));
            double[] wanted = {infinity, Double.NaN, Double.NaN, infinity};
            rank.check(Arrays.equals(sum, wanted), type + " sums are " + Arrays.toString(sum));
          });
    }
  }

  private static long largestBits(DataType type) {
    return type.encode(Double.POSITIVE_INFINITY) - 1;
  }

  @Example
  public void required_RED_09_integerAverageDividesTheWrappedSum(WorldRank rank) {
    long[] average = allReduce(rank, DataType.INT8, ReduceOp.AVG, 100, 0xFF, 3);
    rank.check((byte) average[0] == -28, "100 and 100 give " + (byte) average[0]);
    rank.check((byte) average[1] == -1, "-1 and -1 give " + (byte) average[1]);
    long odd = rank.rank() == 0 ? 0xFF : 0xFE; // -1 - 2 = -3
    long[] truncated = allReduce(rank, DataType.INT8, ReduceOp.AVG, odd);
    rank.check((byte) truncated[0] == -1, "-1 and -2 give " + (byte) truncated[0]);
  }

  @Property
  public void required_RED_09_integerAverages(@ForAll("integerAverages") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> integerAverages() {
    return reductions(EnumSet.of(Fold.AVG), INTEGERS);
  }

  @Property
  public void required_RED_11_averageDividesByTheWorldSize(@ForAll("averages") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> averages() {
    return reductions(EnumSet.of(Fold.AVG), List.of(DataType.values()));
  }

  private Arbitrary<Program> reductions(EnumSet<Fold> folds, List<DataType> types) {
    return arbitraries()
        .calls(EnumSet.of(Operation.ALL_REDUCE, Operation.REDUCE, Operation.REDUCE_SCATTER))
        .filter(
            50_000,
            program ->
                program.calls().stream()
                    .map(Placed::call)
                    .allMatch(call -> folds.contains(call.fold()) && types.contains(call.type())));
  }

  @Example
  public void required_RED_12_oneRankRefusesScaledFloat8() {
    needFloat8Reductions();
    for (DataType type : List.of(DataType.FLOAT8_E4M3, DataType.FLOAT8_E5M2)) {
      run(
          rank -> {
            rank.expectThrown(
                type + " average on one rank",
                CollectiveException.class,
                () -> allReduce(rank, type, ReduceOp.AVG, 1),
                "INVALID_ARGUMENT");
            long[] sum = allReduce(rank, type, ReduceOp.SUM, 0x35);
            rank.check(sum[0] == 0x35, "a sum over one rank is no copy");
          });
    }
  }

  @Example
  public void required_RED_13_oneRankCopiesBits() {
    for (DataType type : DataType.values()) {
      if (capabilities().whyNoReduction(type, 1, false).isEmpty()) {
        for (ReduceOp op : List.of(ReduceOp.SUM, ReduceOp.PROD, ReduceOp.MAX, ReduceOp.MIN)) {
          run(rank -> copiesBits(rank, type, op));
        }
      }
    }
  }

  private static void copiesBits(WorldRank rank, DataType type, ReduceOp op) {
    long[] bits = new Random(type.code()).longs(64).toArray();
    long mask = type.bytes() == 8 ? -1 : (1L << (8 * type.bytes())) - 1;
    Arrays.setAll(bits, i -> bits[i] & mask);
    rank.check(
        Arrays.equals(allReduce(rank, type, op, bits), bits),
        type + " " + op.label() + " over one rank changes bits");
  }

  @Property
  public void required_RED_14_allRanksGetTheSameBits(@ForAll Random random) {
    int n = 1 + random.nextInt(atMost(8));
    DataType type = IEEE.get(random.nextInt(IEEE.size()));
    ReduceOp.Builtin op = ReduceOp.Builtin.values()[random.nextInt(5)];
    long seed = random.nextLong();
    run(
        n,
        rank -> {
          Random own = new Random(seed + rank.rank());
          long[] bits = own.doubles(97, -1000, 1000).mapToLong(type::encode).toArray();
          byte[] result = Arrays.toString(allReduce(rank, type, op, bits)).getBytes(UTF_8);
          byte[] first = rank.processGroup().broadcast(result, 0);
          rank.check(
              Arrays.equals(result, first), type + " " + op.label() + " differs from rank 0's");
        });
  }

  private static final Charset UTF_8 = StandardCharsets.UTF_8;

  private static double[] decoded(DataType type, long[] bits) {
    return Arrays.stream(bits).mapToDouble(type::decode).toArray();
  }

  private static long[] allReduce(WorldRank rank, DataType type, ReduceOp op, long... bits) {
    DeviceBuffer send = rank.bits(type, bits);
    DeviceBuffer recv = rank.zeros(type, bits.length);
    rank.communicator().allReduce(send, recv, op);
    rank.communicator().defaultStream().synchronize();
    return Values.bits(recv);
  }
}
