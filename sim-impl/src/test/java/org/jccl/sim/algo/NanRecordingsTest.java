package org.jccl.sim.algo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
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
import org.jccl.sim.math.WorkCrew;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which f64 NaN survives (NAN-02, NAN-04), against what real GPUs answered. */
class NanRecordingsTest {
  private static final long QUIET = 0x7FF8_0000_0000_0001L;
  private static final long NEGATIVE = 0xFFF8_0000_0000_0002L;
  private static final long INFINITY = 0x7FF0_0000_0000_0000L;
  private static final long MINUS = 0x8000_0000_0000_0000L;
  private static final long ONE = 0x3FF0_0000_0000_0000L;

  /** The special values of recordings, for two ranks. */
  private static final long[] FULL = {
    0,
    MINUS,
    1,
    MINUS | 0x000F_FFFF_FFFF_FFFFL,
    0x0010_0000_0000_0000L,
    ONE,
    MINUS | ONE,
    INFINITY - 1,
    MINUS | (INFINITY - 1),
    INFINITY,
    MINUS | INFINITY,
    0x7FF8_0000_0000_0000L,
    QUIET,
    NEGATIVE,
    INFINITY | 1
  };

  /** Those for more. */
  private static final long[] REDUCED = {
    0, MINUS, INFINITY, MINUS | INFINITY, QUIET, NEGATIVE, ONE
  };

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "vector"})
  void results_areThoseRecorded(String which) throws IOException, GeneralSecurityException {
    try (WorkCrew crew = new WorkCrew(1)) {
      DataPlane plane = new DataPlane(Kernels.choose(which).kernels(), crew);
      for (String line : lines()) {
        String[] words = line.split(" ");
        assertThat(result(plane, words)).as(line).isEqualTo(words[5]);
      }
    }
  }

  private static String result(DataPlane plane, String[] words) throws GeneralSecurityException {
    int ranks = Integer.parseInt(words[3]);
    int count = Integer.parseInt(words[4]);
    Protocol protocol = Protocol.valueOf(words[1]);
    Choice choice = new Choice(Algorithm.valueOf(words[0]), protocol, 1, 0);
    FoldOrder order =
        new Orders(Topologies.inRankOrder(ranks, 24), Buffers.defaults(), 22809)
            .of(Operation.ALL_REDUCE, DataType.FLOAT64, count, 0, choice);
    ReducePlan plan =
        words[2].equals("AVG")
            ? ReducePlan.average(DataType.FLOAT64, ranks)
            : ReducePlan.of(Arithmetic.valueOf(words[2]), DataType.FLOAT64);
    try (Arena arena = Arena.ofShared()) {
      Places sources = new Places(ranks);
      for (int rank = 0; rank < ranks; rank++) {
        sources.add(arena.allocateFrom(ValueLayout.JAVA_LONG, special(rank, ranks, count)), 0);
      }
      MemorySegment out = arena.allocate(8L * count);
      plane.reduce(
          sources,
          plan.computedBy(protocol, Contraction.SM_90),
          order,
          count,
          new Places(1).add(out, 0));
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(out.toArray(ValueLayout.JAVA_BYTE));
      return HexFormat.of().formatHex(digest, 0, 8);
    }
  }

  /** Element i of rank r is entry i / T^r, modulo T, of the table of T values. */
  private static long[] special(int rank, int ranks, int count) {
    long[] table = ranks > 2 ? REDUCED : FULL;
    long[] input = new long[count];
    int power = 1;
    for (int r = 0; r < rank; r++) {
      power *= table.length;
    }
    for (int i = 0; i < count; i++) {
      input[i] = table[i / power % table.length];
    }
    return input;
  }

  private static List<String> lines() throws IOException {
    var stream =
        Objects.requireNonNull(NanRecordingsTest.class.getResourceAsStream("nan-recordings.txt"));
    try (var reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      return reader.lines().filter(line -> !line.startsWith("#")).toList();
    }
  }
}
