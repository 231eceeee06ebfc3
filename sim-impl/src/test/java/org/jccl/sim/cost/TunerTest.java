package org.jccl.sim.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jccl.DataType;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Allowed;
import org.jccl.sim.algo.Buffers;
import org.jccl.sim.algo.ChannelLimits;
import org.jccl.sim.algo.ChannelSplit;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.Topology;
import org.jccl.sim.algo.TopologyGraph;
import org.jccl.sim.algo.TopologySearch;
import org.jccl.sim.algo.Tree;
import org.jccl.sim.machine.GpuProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Tuner} against recordings of NCCL 2.28.9 on H200 and against the Python reference. */
class TunerTest {
  private static final int VERSION = 22809;
  private static final TopologySearch H200 = new TopologySearch(GpuProfile.h200(), VERSION);

  private static Choice choose(Tuner tuner, Operation operation, DataType type, long count) {
    return Objects.requireNonNull(tuner.choose(operation, type, false, count));
  }

  @Test
  void timesAreThoseOfTheReferenceToTheLastBit() {
    List<String[]> lines = Lines.of(TunerTest.class, "reference-times.txt");
    assertEquals(468, lines.size());
    for (String[] line : lines) {
      Tuner tuner = Tuner.of(H200, Integer.parseInt(line[1]));
      assertEquals(Integer.parseInt(line[0]), tuner.hosts());
      float time =
          tuner.time(
              Operation.ofLabel(line[2]),
              Algorithm.valueOf(line[3]),
              Protocol.valueOf(line[4]),
              Long.parseLong(line[5]),
              1);
      assertEquals(
          line[6], "%08x".formatted(Float.floatToRawIntBits(time)), String.join(" ", line));
    }
  }

  @Test
  void estimatesAreThoseOfTheRecordings() {
    List<String[]> lines = Lines.of(TunerTest.class, "group-estimates.txt");
    assertEquals(167, lines.size());
    for (String[] line : lines) {
      Tuner tuner = Tuner.of(H200, Integer.parseInt(line[1]));
      Operation operation = Operation.ofLabel(line[0]);
      Choice choice = choose(tuner, operation, DataType.FLOAT32, Long.parseLong(line[2]));
      assertEquals(Double.parseDouble(line[3]), choice.micros(), 0, String.join(" ", line));
    }
  }

  @Test
  void choicesAreThoseOfTheRecordings() {
    List<String[]> lines = Lines.of(TunerTest.class, "choices.txt");
    assertEquals(312, lines.size());
    for (String[] line : lines) {
      Tuner tuner = Tuner.of(H200, Integer.parseInt(line[1]));
      Operation operation = Operation.ofLabel(line[0]);
      DataType type = DataType.valueOf(line[3]);
      long count = Long.parseLong(line[2]);
      boolean scaled = !"sum".equals(line[4]);
      Choice choice = Objects.requireNonNull(tuner.choose(operation, type, scaled, count));
      Topology topology = H200.find(tuner.worldSize(), ChannelLimits.none());
      ChannelSplit split =
          ChannelSplit.of(
              operation, type.bytes(), count, topology, choice, Buffers.defaults(), VERSION);
      String at = String.join(" ", line);
      assertEquals(line[5] + " " + line[6], choice.algorithm() + " " + choice.protocol(), at);
      assertEquals("0", line[7], at);
      assertEquals(Integer.parseInt(line[8]) + 1, split.parts(), at);
    }
  }

  /** Where NCCL goes over (TUNE-02), in bytes; a size and the next possible one. */
  @ParameterizedTest
  @CsvSource({
    "2, ALL_REDUCE, LL, SIMPLE, 1720000",
    "2, REDUCE_SCATTER, LL, SIMPLE, 2130000",
    "2, REDUCE, LL, SIMPLE, 1070000",
    "3, ALL_REDUCE, LL, SIMPLE, 2260000",
    "3, REDUCE_SCATTER, LL, SIMPLE, 2570000",
    "3, REDUCE, LL, SIMPLE, 1070000",
    "4, ALL_REDUCE, LL, LL128, 2490000",
    "4, ALL_REDUCE, LL128, SIMPLE, 9380000",
    "4, REDUCE_SCATTER, LL, SIMPLE, 3150000",
    "4, REDUCE, LL, SIMPLE, 1070000",
    "8, ALL_REDUCE, LL, LL128, 3590000",
    "8, ALL_REDUCE, LL128, SIMPLE, 36400000",
    "8, REDUCE_SCATTER, LL, LL128, 4630000",
    "8, REDUCE_SCATTER, LL128, SIMPLE, 23200000",
    "8, REDUCE, LL, SIMPLE, 1070000"
  })
  void switchesWhereTheReferenceDoes(
      int n, Operation operation, Protocol before, Protocol after, long bytes) {
    Tuner tuner = Tuner.of(H200, n);
    long below = operation.countFor(bytes - bytes / 150, n, 4);
    long above = operation.countFor(bytes + bytes / 150, n, 4);
    assertEquals(before, choose(tuner, operation, DataType.FLOAT32, below).protocol());
    assertEquals(after, choose(tuner, operation, DataType.FLOAT32, above).protocol());
    assertEquals(Algorithm.RING, choose(tuner, operation, DataType.FLOAT32, above).algorithm());
  }

  /** Rule TUNE-05: the models of 2.31.2 choose as those before, where no two are equally fast. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 8})
  void laterModelsChooseAlikeOnH200(int n) {
    Tuner before = Tuner.of(new TopologySearch(GpuProfile.h200(), 23007), n);
    Tuner after = Tuner.of(new TopologySearch(GpuProfile.h200(), Tuner.SECOND_MODEL), n);
    for (Operation operation :
        List.of(
            Operation.ALL_REDUCE,
            Operation.REDUCE_SCATTER,
            Operation.REDUCE,
            Operation.BROADCAST,
            Operation.ALL_GATHER)) {
      for (long count = 1; count < 1 << 28; count *= 3) {
        assertEquals(
            choose(before, operation, DataType.FLOAT32, count),
            choose(after, operation, DataType.FLOAT32, count),
            operation + " of " + count);
      }
    }
  }

  @Test
  void averagesDoNotUsePat() {
    TopologySearch single = new TopologySearch(GpuProfile.h200().withGpusPerHost(1), VERSION);
    Tuner tuner = Tuner.of(single, 16);
    Operation scatter = Operation.REDUCE_SCATTER;
    assertEquals(Algorithm.PAT, choose(tuner, scatter, DataType.FLOAT32, 8).algorithm());
    Choice average = Objects.requireNonNull(tuner.choose(scatter, DataType.FLOAT32, true, 8));
    assertEquals(Algorithm.RING, average.algorithm());
    Choice gather =
        Objects.requireNonNull(tuner.choose(Operation.ALL_GATHER, DataType.FLOAT32, true, 8));
    assertEquals(Algorithm.PAT, gather.algorithm());
  }

  @Test
  void float8AvoidsLongRings() {
    Operation operation = Operation.ALL_REDUCE;
    Tuner tuner = Tuner.of(H200, 16);
    assertEquals(Algorithm.RING, choose(tuner, operation, DataType.INT8, 64 << 20).algorithm());
    assertEquals(
        Algorithm.TREE, choose(tuner, operation, DataType.FLOAT8_E4M3, 64 << 20).algorithm());
    Tuner eight = Tuner.of(H200, 8);
    assertEquals(
        Algorithm.RING, choose(eight, operation, DataType.FLOAT8_E4M3, 64 << 20).algorithm());
  }

  private static Tuner under(Map<String, String> environment, int n) {
    Topology topology = H200.find(n, ChannelLimits.none());
    Allowed allowed = Allowed.parse(environment);
    return new Tuner(H200, topology, Buffers.defaults(), allowed);
  }

  @Test
  void variablesPinAndExclude() {
    Tuner tree = under(Map.of("NCCL_ALGO", "Tree", "NCCL_PROTO", "allreduce:^LL"), 4);
    Choice choice = choose(tree, Operation.ALL_REDUCE, DataType.FLOAT32, 2);
    assertEquals(Algorithm.TREE, choice.algorithm());
    assertEquals(Protocol.LL128, choice.protocol());
    assertNull(tree.choose(Operation.REDUCE, DataType.FLOAT32, false, 2));
    assertNull(tree.choose(Operation.SEND, DataType.FLOAT32, false, 2));
    assertEquals(-1, tree.time(Operation.ALL_REDUCE, Algorithm.RING, Protocol.LL, 8, 1));
    Tuner pat = under(Map.of("NCCL_PAT_ENABLE", "1", "NCCL_ALGO", "PAT"), 4);
    assertNotNull(pat.choose(Operation.REDUCE_SCATTER, DataType.FLOAT32, false, 2));
    assertNull(pat.choose(Operation.ALL_REDUCE, DataType.FLOAT32, false, 2));
    assertEquals(
        -1, Tuner.of(H200, 4).time(Operation.REDUCE_SCATTER, Algorithm.PAT, Protocol.SIMPLE, 8, 1));
  }

  @Test
  void ll128NeedsNvLinkOrItsName() {
    TopologySearch pci = new TopologySearch(GpuProfile.of("h100-pcie"), VERSION);
    Topology topology = pci.find(4, ChannelLimits.none());
    Operation operation = Operation.ALL_REDUCE;
    Tuner plain = new Tuner(pci, topology, Buffers.defaults(), Allowed.everything());
    assertEquals(-1, plain.time(operation, Algorithm.RING, Protocol.LL128, 8, 1));
    Allowed named = Allowed.parse(Map.of("NCCL_PROTO", "LL128"));
    Tuner asked = new Tuner(pci, topology, Buffers.defaults(), named);
    assertTrue(asked.time(operation, Algorithm.RING, Protocol.LL128, 8, 1) > 0);
  }

  @Test
  void smallCallsUseFewChannels() {
    Tuner tuner = Tuner.of(H200, 4);
    assertEquals(1, tuner.maxChannels(Algorithm.RING, Protocol.LL, 4));
    assertEquals(1, tuner.maxChannels(Algorithm.RING, Protocol.LL, 2 * 512 * 32 - 1));
    assertEquals(2, tuner.maxChannels(Algorithm.RING, Protocol.LL, 2 * 512 * 32));
    assertEquals(3, tuner.maxChannels(Algorithm.TREE, Protocol.LL128, 3 * 640 * 8));
    assertEquals(24, tuner.maxChannels(Algorithm.RING, Protocol.SIMPLE, 24 * 512 * 64));
    assertEquals(23, tuner.maxChannels(Algorithm.RING, Protocol.SIMPLE, 24 * 512 * 64 - 1));
  }

  @Test
  void slowRingsHaveHalfTheThreads() {
    TopologyGraph slow = new TopologyGraph(1, 12, 12, 0, true);
    Topology topology =
        new Topology(
            2,
            1,
            List.of(new int[] {0, 1}, new int[] {0, 1}),
            List.of(Tree.chain(0, 1), Tree.chain(0, 1)),
            slow,
            slow);
    Tuner tuner = new Tuner(H200, topology, Buffers.defaults(), Allowed.everything());
    assertEquals(2, tuner.maxChannels(Algorithm.RING, Protocol.SIMPLE, 2 * 256 * 64));
    assertEquals(1, tuner.maxChannels(Algorithm.TREE, Protocol.SIMPLE, 2 * 256 * 64));
  }

  @Test
  void latencyCountsOncePerBatch() {
    Operation operation = Operation.ALL_REDUCE;
    Tuner old = Tuner.of(H200, 4);
    Tuner young = Tuner.of(new TopologySearch(GpuProfile.h200(), 23007), 4);
    float latency = old.latency(operation, Algorithm.TREE, Protocol.SIMPLE);
    float once = old.time(operation, Algorithm.TREE, Protocol.SIMPLE, 8, 1);
    assertEquals(once, old.time(operation, Algorithm.TREE, Protocol.SIMPLE, 8, 10), 0);
    assertEquals(
        once + latency, young.time(operation, Algorithm.TREE, Protocol.SIMPLE, 8, 10), 1e-4);
    float ring = old.latency(operation, Algorithm.RING, Protocol.LL);
    assertEquals(
        old.time(operation, Algorithm.RING, Protocol.LL, 8, 1) + 2 * ring,
        old.time(operation, Algorithm.RING, Protocol.LL, 8, 3),
        1e-4);
  }

  @Test
  void multicastIsUsedWhereItIsOn() {
    TopologySearch adds = new TopologySearch(GpuProfile.h200().withMulticast(true), VERSION);
    Tuner tuner = Tuner.of(adds, 8);
    Choice choice = choose(tuner, Operation.ALL_REDUCE, DataType.FLOAT32, 256 << 20);
    assertEquals(Algorithm.NVLS, choice.algorithm());
    Choice average =
        Objects.requireNonNull(
            tuner.choose(Operation.ALL_REDUCE, DataType.FLOAT32, true, 256 << 20));
    assertEquals(Algorithm.RING, average.algorithm());
    Topology topology = adds.find(8, ChannelLimits.none());
    Allowed off = Allowed.parse(Map.of("NCCL_NVLS_ENABLE", "0"));
    Tuner without = new Tuner(adds, topology, Buffers.defaults(), off);
    assertEquals(
        -1, without.time(Operation.ALL_REDUCE, Algorithm.NVLS, Protocol.SIMPLE, 1 << 30, 1));
  }
}
