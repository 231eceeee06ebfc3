package org.jccl.conformance.rules;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import org.jccl.CallConfig;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.conformance.harness.WorldRank;

/** Calls with a configuration of their own, on the typed surface (rules CFG-25 to CFG-29). */
final class CallConfigRules extends Suite {
  private static final int LONG = 300_007;

  @Example
  public void required_CFG_25_viewsMakeConfiguredCalls(WorldRank rank) {
    Communicator comm = rank.own(rank.open("configured"));
    views(rank, comm);
  }

  private static void views(WorldRank rank, Communicator comm) {
    int n = comm.worldSize();
    Collectives few = comm.configured(CallConfig.builder().ctas(1, 1).build());
    double own = rank.rank() + 1;
    double all = n * (n + 1) / 2.0;
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, own);
    DeviceBuffer gathered = rank.memory(DataType.FLOAT32, new double[n]);
    few.allReduce(buffer, ReduceOp.SUM);
    comm.defaultStream().synchronize();
    rank.expect("a sum", buffer, all);
    comm.group(group -> group.configured(CallConfig.ofAlgorithms("ring")).broadcast(buffer, 0));
    few.barrier();
    comm.blocking().configured(CallConfig.builder().profilerTag(7).build()).barrier();
    rank.expect("a broadcast", buffer, all);
    few.allGather(buffer, gathered);
    comm.defaultStream().synchronize();
    double[] expected = new double[n];
    Arrays.fill(expected, all);
    rank.expect("all sums", gathered, expected);
    rank.illegalArgument(
        "a message with a configuration", () -> few.send(buffer, 0), "send", "CFG-25");
    rank.illegalArgument(
        "a selection that cannot be read",
        () -> comm.configured(CallConfig.ofAlgorithms("torus")).allReduce(buffer, ReduceOp.SUM),
        "torus",
        "CFG-28");
  }

  @Example
  public void required_CFG_28_aSelectionIsKeptTo(WorldRank rank) {
    Communicator comm = rank.communicator();
    for (String names : List.of("ring_ll", "ring_ll128", "ring_simple", "tree", "^ring")) {
      float[] selected = sum(rank, comm.configured(CallConfig.ofAlgorithms(names)));
      float[] again = sum(rank, comm.configured(CallConfig.ofAlgorithms(names)));
      rank.check(Arrays.equals(selected, again), names + " gives other bits the second time");
    }
  }

  @Example
  public void required_CFG_29_neighboursChangeNothing(WorldRank rank) {
    Communicator comm = rank.communicator();
    CallConfig narrow = CallConfig.builder().ctas(1, 2).algorithms("ring_simple").build();
    float[] alone = sum(rank, comm.configured(narrow));
    float[][] grouped = new float[1][];
    try (DeviceBuffer other = rank.device().allocate(DataType.FLOAT32, LONG);
        DeviceBuffer own = numbers(rank)) {
      other.copyFrom(new float[LONG]);
      comm.group(
          group -> {
            group.allReduce(other, ReduceOp.SUM);
            group.configured(narrow).allReduce(own, ReduceOp.SUM);
          });
      comm.defaultStream().synchronize();
      grouped[0] = new float[LONG];
      own.copyTo(grouped[0]);
    }
    rank.check(Arrays.equals(alone, grouped[0]), "a neighbour in the group changes bits");
  }

  private static DeviceBuffer numbers(WorldRank rank) {
    float[] numbers = new float[LONG];
    for (int i = 0; i < LONG; i++) {
      numbers[i] = (float) Math.sin(i * 0.37 + rank.rank());
    }
    DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, LONG);
    buffer.copyFrom(numbers);
    return buffer;
  }

  private static float[] sum(WorldRank rank, Collectives on) {
    try (DeviceBuffer buffer = numbers(rank)) {
      on.allReduce(buffer, ReduceOp.SUM);
      on.defaultStream().synchronize();
      float[] sum = new float[LONG];
      buffer.copyTo(sum);
      return sum;
    }
  }
}
