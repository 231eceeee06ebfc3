package org.jccl.conformance.rules;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ResultCode;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.NcclAbi;

/** Versions, types and reductions by their codes, on the raw surface (chapters 0 and 1). */
final class RawTypeRules extends RawSuite {
  private static final int SEVERAL = 1000;

  @Example
  public void required_VER_02_everyResultHasATextOfItsOwn(RawRank rank) {
    NcclAbi abi = rank.abi();

    String unknown = abi.getErrorString(9999);
    int last = capabilities().version() >= 23003 ? 8 : 7;
    Set<String> texts = new HashSet<>();
    for (int code = 0; code <= 9; code++) {
      String text = abi.getErrorString(code);
      boolean known = code <= last;
      rank.check(known != text.equals(unknown), "result " + code + ": " + text);
      rank.check(!known || texts.add(text), "two results have the text " + text);
      boolean named = ResultCode.of(code) != ResultCode.UNKNOWN;
      rank.check(named == (code <= 8), "result " + code + " in Java");
    }
    for (int code : new int[] {-1, 9, 1000, Integer.MIN_VALUE}) {
      rank.check(ResultCode.of(code) == ResultCode.UNKNOWN, "result " + code + " in Java");
    }
  }

  @Example
  public void required_VER_03_everyFunctionIsThereTwice() {
    Predicate<String> exports = exports();
    raw(
        rank -> {
          for (NcclFunction function : NcclFunction.values()) {
            boolean plain = exports.test(function.symbol());
            boolean profiled = exports.test("p" + function.symbol());
            rank.check(plain == profiled, "of " + function.symbol() + " one name is there");
          }
        });
  }

  @Example
  public void required_VER_05_aLibraryHasTheFunctionsOfItsVersion() {
    Predicate<String> exports = exports();
    raw(
        rank -> {
          int version = capabilities().version();
          for (NcclFunction function : NcclFunction.values()) {
            boolean there = exports.test(function.symbol());
            rank.check(
                there == function.isIn(version),
                function.symbol() + (there ? " is there" : " is missing") + " in " + version);
            rank.check(!function.symbol().equals("ncclResetDebugInit"), "ARG-36: it is bound");
          }
        });
  }

  private Predicate<String> exports() {
    Optional<Predicate<String>> exports = worlds().instance().exports();
    need(
        exports.isPresent()
            ? Optional.empty()
            : Optional.of("there is no library that exports symbols"));
    return exports.orElseThrow();
  }

  @Example
  @Needs(since = "2.29.2")
  public void optional_VER_06_float8SumsFindAnAlgorithm() {
    needFloat8Reductions();
    raw(
        rank -> {
          for (int count : new int[] {1, SEVERAL}) {
            double[] ones = new double[count];
            double[] twos = new double[count];
            Arrays.fill(ones, 1);
            Arrays.fill(twos, 2);
            DeviceBuffer buffer = rank.memory(DataType.FLOAT8_E4M3, ones);
            rank.allReduce(buffer);
            rank.synchronize();
            rank.expect("the sum of ones", buffer, twos);
          }
        });
  }

  @Example
  public void required_VER_07_messagesAndThenCollectives(RawRank rank) {
    messageThenSum(rank, false);
  }

  @Example
  @Needs(since = "2.29.2")
  public void required_VER_07_messagesAndThenCollectivesOnTheSameBuffer(RawRank rank) {
    messageThenSum(rank, true);
  }

  private static void messageThenSum(RawRank rank, boolean same) {
    int n = rank.worldSize();
    DeviceBuffer out = rank.memory(DataType.INT32, rank.rank() + 1);
    DeviceBuffer in = rank.memory(DataType.INT32, 0);
    DeviceBuffer other = rank.memory(DataType.INT32, 1);
    rank.exchange(out, in);
    rank.allReduce(same ? in : other);
    rank.synchronize();
    rank.expect("the message", in, same ? n * (n + 1) / 2.0 : rank.before() + 1);
    rank.expect("the sum beside it", other, same ? 1 : n);
  }

  @Example
  public void required_TYP_03_float8IsReducedOnNewDevicesAlone(RawRank rank) {
    int code = capabilities().float8Reductions() ? SUCCESS : INVALID_ARGUMENT;
    for (DataType type : List.of(DataType.FLOAT8_E4M3, DataType.FLOAT8_E5M2)) {
      DeviceBuffer buffer = rank.memory(type, 1, 2);
      long b = buffer.address();
      rank.expect("a sum of " + type, code, () -> rank.sum(b, buffer, rank.stream()));
      rank.succeeds(
          "a sum of no " + type + " (TYP-05)",
          () -> rank.abi().allReduce(b, b, 0, type.code(), SUM, rank.comm(), rank.stream()));
      rank.synchronize();
      rank.expect("one rank's sum", buffer, 1, 2);
    }
  }

  @Example
  @Needs(upTo = 2)
  public void required_TYP_05_noFloat8IsNeverRefused(RawRank rank) {
    for (DataType type : List.of(DataType.FLOAT8_E4M3, DataType.FLOAT8_E5M2)) {
      rank.everyOperation(0, 0, type.code(), AVG, 0, rank.comm())
          .forEach(
              (name, call) -> {
                if (!name.equals("ncclSend") && !name.equals("ncclRecv")) {
                  rank.succeeds(name + " of no " + type, call);
                }
              });
    }
  }

  @Example
  @Needs(upTo = 2)
  public void required_TYP_04_float8MovesEverywhere(RawRank rank) {
    int n = rank.worldSize();
    long comm = rank.comm();
    NcclAbi abi = rank.abi();
    int type = DataType.FLOAT8_E4M3.code();
    DeviceBuffer out = rank.memory(DataType.FLOAT8_E4M3, 1 + rank.rank(), 5);
    DeviceBuffer in = rank.memory(DataType.FLOAT8_E4M3, new double[4]);
    long o = out.address();
    long i = in.address();
    long s = rank.stream();
    rank.succeeds("ncclAllGather", () -> abi.allGather(o, i, 1, type, comm, s));
    rank.synchronize();
    rank.expect("what was gathered", in, n > 1 ? ends(1, 2) : ends(1, 0));
    rank.succeeds("ncclBroadcast", () -> abi.broadcast(o, i, 1, type, 0, comm, s));
    rank.succeeds("ncclAlltoAll", () -> abi.allToAll(o, i + 2, 1, type, comm, s));
    rank.synchronize();
    double other = n > 1 && rank.rank() == 1 ? 5 : 1;
    rank.expect("the root's", in.slice(0, 1), 1);
    rank.expect("rank 0's block", in.slice(2, 1), other);
  }

  private static double[] ends(double first, double second) {
    return new double[] {first, second, 0, 0};
  }

  @Example
  public void required_TYP_07_movesNeedNoAlignment(RawRank rank) {
    int n = rank.worldSize();
    DeviceBuffer out = rank.memory(DataType.UINT8, 0, 1 + rank.rank(), 2, 3, 4);
    DeviceBuffer in = rank.memory(DataType.UINT8, new double[1 + 4 * n]);
    rank.succeeds(
        "ncclAllGather of int32 at odd addresses",
        () ->
            rank.abi()
                .allGather(
                    out.address() + 1, in.address() + 1, 1, INT32, rank.comm(), rank.stream()));
    rank.synchronize();
    double[] expected = {0, 1, 2, 3, 4, 2, 2, 3, 4};
    rank.expect("the bytes", in, Arrays.copyOf(expected, 1 + 4 * n));
  }

  @Example
  public void required_RED_01_everyReductionHasItsCode(RawRank rank) {
    int[] ops = {SUM, PROD, MAX, MIN, AVG};
    double[] expected = {7, 10, 5, 2, 3};
    for (int i = 0; i < ops.length; i++) {
      int op = ops[i];
      DeviceBuffer buffer = rank.memory(DataType.INT32, rank.rank() == 0 ? 2 : 5);
      long b = buffer.address();
      rank.succeeds(
          "ncclAllReduce with op " + op,
          () -> rank.abi().allReduce(b, b, 1, INT32, op, rank.comm(), rank.stream()));
      rank.synchronize();
      rank.expect("2 and 5 combined by op " + op, buffer, expected[i]);
    }
  }

  @Example
  public void required_RED_08_float8SaturatesAndKeepsNaN() {
    need(capabilities().whyNoReduction(DataType.FLOAT8_E4M3, 2, false));
    raw(
        rank -> {
          double own = rank.rank() == 0 ? Double.NaN : 1;
          DeviceBuffer buffer = rank.memory(DataType.FLOAT8_E4M3, 448, -448, 20, own);
          rank.allReduce(buffer);
          rank.synchronize();
          rank.expect("sums of float8", buffer, 448, -448, 40, Double.NaN);
        });
  }

  @Example
  public void required_RED_10_exactAveragesAreExact() {
    for (int n : new int[] {2, 4}) {
      for (DataType type :
          List.of(DataType.FLOAT16, DataType.FLOAT32, DataType.FLOAT64, DataType.BFLOAT16)) {
        if (n <= capabilities().maxRanks()) {
          raw(n, rank -> averages(rank, type));
        }
      }
    }
  }

  private static void averages(RawRank rank, DataType type) {
    int n = rank.worldSize();
    DeviceBuffer buffer = rank.memory(type, 1 + 2 * rank.rank(), -n);
    long b = buffer.address();
    rank.succeeds(
        "ncclAllReduce",
        () -> rank.abi().allReduce(b, b, 2, type.code(), AVG, rank.comm(), rank.stream()));
    rank.synchronize();
    rank.expect("averages of " + type + " over " + n, buffer, n, -n);
  }
}
