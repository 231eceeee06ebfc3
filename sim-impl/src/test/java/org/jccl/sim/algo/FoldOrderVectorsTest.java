package org.jccl.sim.algo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jccl.DataType;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.math.Arithmetic;
import org.jccl.sim.math.Contraction;
import org.jccl.sim.math.DataPlane;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.Kernels;
import org.jccl.sim.math.Places;
import org.jccl.sim.math.ReducePlan;
import org.jccl.sim.math.WideInputs;
import org.jccl.sim.math.WorkCrew;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole calls against an emulator in Python that agrees bit for bit with recordings from H200 GPUs:
 * rings, trees over up to 19 hosts and PAT for up to 40 ranks. The first line of the file says what
 * its columns are.
 */
class FoldOrderVectorsTest {
  @ParameterizedTest
  @ValueSource(strings = {"scalar", "vector"})
  void results_equalTheReference(String which) {
    try (WorkCrew crew = new WorkCrew(2)) {
      DataPlane plane = new DataPlane(Kernels.choose(which).kernels(), crew);
      for (String line : lines()) {
        assertThat(result(plane, line.split(" "))).as(line).isEqualTo(line.split(" ")[14]);
      }
    }
  }

  private static String result(DataPlane plane, String[] words) {
    Operation operation = Operation.ofLabel(words[0]);
    DataType type = DataType.valueOf(words[3]);
    long count = Long.parseLong(words[10]);
    Topology topology = topology(words);
    int version = Integer.parseInt(words[12]);
    Buffers buffers = buffers(Integer.parseInt(words[13]));
    Choice choice = choice(words, topology, buffers, operation, count * type.bytes());
    FoldOrder order =
        new Orders(topology, buffers, version)
            .of(operation, type, count, Integer.parseInt(words[11]), choice);
    ReducePlan plan = plan(words[4], type, topology, choice);
    return run(plane, operation, plan, order, count);
  }

  private static Topology topology(String[] words) {
    int ranks = Integer.parseInt(words[5]);
    int hosts = Integer.parseInt(words[6]);
    int channels = Integer.parseInt(words[8]);
    if (hosts > 1) {
      return Topologies.ofHosts(hosts, ranks / hosts, channels, Trees.Pattern.valueOf(words[7]));
    }
    return words[9].equals("i")
        ? Topologies.inRankOrder(ranks, channels)
        : Topologies.alternating(ranks, channels);
  }

  private static Buffers buffers(int divisor) {
    Buffers all = Buffers.defaults();
    return new Buffers(
        all.llBytes() / divisor,
        all.ll128Bytes() / divisor,
        all.simpleBytes() / divisor,
        all.threads(),
        all.ll128Threads());
  }

  private static Choice choice(
      String[] words, Topology topology, Buffers buffers, Operation operation, long bytes) {
    Algorithm algorithm = Algorithm.valueOf(words[1]);
    Protocol protocol = Protocol.valueOf(words[2]);
    int n = topology.worldSize();
    long all = operation == Operation.REDUCE_SCATTER ? bytes * n : bytes;
    int channels =
        ChannelSplit.maxChannels(algorithm, protocol, all, n, topology.channels(), buffers);
    return new Choice(algorithm, protocol, channels, 0);
  }

  private static ReducePlan plan(
      String reduction, DataType type, Topology topology, Choice choice) {
    ReducePlan plan =
        reduction.equals("AVG")
            ? ReducePlan.average(type, topology.worldSize())
            : ReducePlan.of(Arithmetic.valueOf(reduction), type);
    return plan.computedBy(choice.protocol(), Contraction.SM_90);
  }

  private static String run(
      DataPlane plane, Operation operation, ReducePlan plan, FoldOrder order, long count) {
    int n = order.worldSize();
    boolean blocks = operation == Operation.REDUCE_SCATTER;
    long total = blocks ? count * n : count;
    int size = plan.type().bytes();
    try (Arena arena = Arena.ofShared()) {
      Places sources = new Places(n);
      for (int rank = 0; rank < n; rank++) {
        MemorySegment input = arena.allocate(total * size);
        WideInputs.fill(input, plan.type(), rank, total);
        sources.add(input, 0);
      }
      MemorySegment out = arena.allocate(total * size);
      Places destinations = new Places(n);
      for (int d = 0; d < (blocks ? n : 1); d++) {
        destinations.add(out, d * count * size);
      }
      if (blocks) {
        plane.reduceScatter(sources, plan, order, count, destinations);
      } else {
        plane.reduce(sources, plan, order, count, destinations);
      }
      return hash(out.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> lines() {
    var stream =
        Objects.requireNonNull(FoldOrderVectorsTest.class.getResourceAsStream("fold-orders.txt"));
    try (var reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      return reader.lines().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
