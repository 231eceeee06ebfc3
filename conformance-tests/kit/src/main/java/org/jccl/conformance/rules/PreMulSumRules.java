package org.jccl.conformance.rules;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.Stream;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.ops.Operation;

/** Sums whose contributions are scaled first (rules PMS-01 to PMS-13). */
final class PreMulSumRules extends Suite {
  @Property
  public void required_PMS_01_everyRankScalesByItsOwnScalar(@ForAll("scaled") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> scaled() {
    // PMS-12: above 16 KiB one rank may drop the tail before 2.29.7.
    return arbitraries()
        .calls(EnumSet.of(Operation.ALL_REDUCE, Operation.REDUCE, Operation.REDUCE_SCATTER))
        .filter(50_000, program -> call(program).fold() == Fold.SCALED_SUM)
        .filter(
            program ->
                program.ranks() > 1
                    || call(program).count() * call(program).type().bytes() <= 16_384);
  }

  private static CallSpec call(Program program) {
    return program.calls().getFirst().call();
  }

  @Example
  public void required_PMS_01_scalarsMayDiffer() {
    for (DataType type : List.of(DataType.INT32, DataType.FLOAT32, DataType.FLOAT64)) {
      for (int n = 1; n <= atMost(8); n++) {
        int ranks = n;
        run(
            n,
            rank -> {
              Communicator comm = rank.communicator();
              DeviceBuffer buffer = rank.memory(type, 1, 10);
              PreMulSum op = rank.own(comm.preMulSum(type, rank.rank() + 1));
              comm.allReduce(buffer, op);
              comm.defaultStream().synchronize();
              double sum = ranks * (ranks + 1) / 2.0;
              rank.expect("the scaled sum of " + type, buffer, sum, 10 * sum);
            });
      }
    }
  }

  @Example
  @Needs(upTo = 2)
  public void required_PMS_03_aDeviceScalarIsReadWhenTheOperationRuns(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = comm.defaultStream();
    DeviceBuffer scalar = rank.memory(DataType.FLOAT32, 100);
    DeviceBuffer later = rank.memory(DataType.FLOAT32, 3);
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 1, 2);
    PreMulSum op = rank.own(comm.preMulSum(scalar));
    scalar.copyFrom(later, stream);
    comm.allReduce(buffer, op);
    stream.synchronize();
    rank.expect("the sum scaled by 3", buffer, 3.0 * n, 6.0 * n);
  }

  @Example
  @Needs(upTo = 2)
  public void required_PMS_04_anotherCommunicatorsOperationIsRefused(WorldRank rank) {
    Communicator comm = rank.communicator();
    Communicator other = rank.own(rank.open("another"));
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 1);
    PreMulSum op = rank.own(other.preMulSum(DataType.FLOAT32, 2));
    rank.illegalArgument(
        "another communicator's operation",
        () -> comm.allReduce(buffer, op),
        "rank " + rank.rank(),
        "all_reduce",
        "another");
    rank.expect("the buffer of the refused call", buffer, 1);
  }

  @Example
  @Needs(upTo = 2)
  public void required_PMS_05_anotherTypesOperationIsRefused(WorldRank rank) {
    Communicator comm = rank.communicator();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    PreMulSum op = rank.own(comm.preMulSum(DataType.FLOAT32, 2));
    rank.illegalArgument(
        "another type's operation", () -> comm.allReduce(buffer, op), "FLOAT32", "INT32");
  }

  @Example
  @Needs(upTo = 3)
  public void required_PMS_07_itMayBeClosedOnceTheCallHasReturned(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = comm.defaultStream();
    DeviceBuffer alone = rank.memory(DataType.INT32, 1);
    DeviceBuffer grouped = rank.memory(DataType.INT32, 1);
    PreMulSum op = comm.preMulSum(DataType.INT32, 5);
    comm.allReduce(alone, op);
    op.close();
    PreMulSum second = comm.preMulSum(DataType.INT32, 7);
    comm.group(group -> group.allReduce(grouped, second));
    second.close();
    stream.synchronize();
    rank.expect("the sum whose operation was closed", alone, 5.0 * n);
    rank.expect("the grouped sum whose operation was closed", grouped, 7.0 * n);
    rank.illegalState("a closed operation", () -> comm.allReduce(alone, op), "closed");
  }

  @Example
  public void required_PMS_07_itMayBeClosedInTheGroupThatUsesIt(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 2);
    comm.group(
        group -> {
          PreMulSum op = rank.own(comm.preMulSum(DataType.INT32, 3));
          group.allReduce(buffer, op);
        });
    comm.defaultStream().synchronize();
    rank.expect("the sum whose operation was closed in its group", buffer, 6.0 * n);
  }

  @Example
  @Needs(upTo = 2)
  public void required_PMS_06_manyMayBeAliveAtOnce(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    PreMulSum[] ops = new PreMulSum[6];
    Arrays.setAll(ops, i -> comm.preMulSum(DataType.INT64, i + 1));
    DeviceBuffer buffer = rank.memory(DataType.INT64, 1);
    double expected = 1;
    for (PreMulSum op : ops) {
      rank.check(op.code() >= 5, "code " + op.code());
      comm.allReduce(buffer, op);
      expected *= (double) n * (Arrays.asList(ops).indexOf(op) + 1);
    }
    comm.defaultStream().synchronize();
    rank.expect("the chain of scaled sums", buffer, expected);
    for (PreMulSum op : ops) {
      op.close();
    }
  }
}
