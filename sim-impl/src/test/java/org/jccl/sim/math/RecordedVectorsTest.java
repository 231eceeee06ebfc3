package org.jccl.sim.math;

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
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jccl.DataType;
import org.jccl.config.Protocol;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both kernels against what an emulator in Python computes.
 *
 * <p>The reference is an emulator in Python of NCCL's element arithmetic and fold orders that
 * agrees bit for bit with recordings from H200 GPUs. It was asked for every type and operation over
 * special values, random bits and numbers of all sizes (element-vectors.txt), and for folds in rank
 * order (rank-order-folds.txt). The first line of each file says what its columns are.
 */
class RecordedVectorsTest {
  @ParameterizedTest
  @ValueSource(strings = {"scalar", "vector"})
  void elements_equalTheReference(String which) {
    ElementKernels kernels = Kernels.choose(which).kernels();
    Map<String, MemorySegment> inputs = new HashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      for (String line : lines("element-vectors.txt")) {
        String[] words = line.split(" ");
        DataType type = DataType.valueOf(words[0]);
        MemorySegment given = elements(type, words[2], arena);
        if (words[1].length() == 1) {
          inputs.put(words[1], given);
        } else {
          MemorySegment out = arena.allocate(given.byteSize());
          apply(kernels, type, words[1], input(inputs, "a"), input(inputs, "b"), out);
          assertThat(out.mismatch(given)).as("%s %s", words[0], words[1]).isEqualTo(-1);
        }
      }
    }
  }

  private static MemorySegment input(Map<String, MemorySegment> inputs, String name) {
    return Objects.requireNonNull(inputs.get(name), name);
  }

  private static void apply(
      ElementKernels kernels,
      DataType type,
      String operation,
      MemorySegment a,
      MemorySegment b,
      MemorySegment out) {
    long count = out.byteSize() / type.bytes();
    String[] words = operation.split(":");
    switch (words[0]) {
      case "SCALE" -> kernels.scale(type, hex(words[1]), a, 0, out, 0, count);
      case "FUSED" -> kernels.fusedScaleCombine(type, hex(words[1]), a, 0, b, 0, out, 0, count);
      case "DIVIDE" -> kernels.divide(type, Integer.parseInt(words[1]), a, 0, out, 0, count);
      default -> kernels.combine(Arithmetic.valueOf(words[0]), type, a, 0, b, 0, out, 0, count);
    }
  }

  private static MemorySegment elements(DataType type, String digits, Arena arena) {
    int width = 2 * type.bytes();
    int count = digits.length() / width;
    MemorySegment segment = arena.allocate((long) count * type.bytes());
    for (int i = 0; i < count; i++) {
      long bits = hex(digits.substring(i * width, (i + 1) * width));
      Bits.put(segment, (long) i * type.bytes(), type.bytes(), bits);
    }
    return segment;
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "vector"})
  void foldsInRankOrder_equalTheReference(String which) {
    try (WorkCrew crew = new WorkCrew(1)) {
      DataPlane plane = new DataPlane(Kernels.choose(which).kernels(), crew);
      for (String line : lines("rank-order-folds.txt")) {
        String[] words = line.split(" ");
        assertThat(fold(plane, words)).as(line).isEqualTo(words[5]);
      }
    }
  }

  private static String fold(DataPlane plane, String[] words) {
    DataType type = DataType.valueOf(words[0]);
    int ranks = Integer.parseInt(words[2]);
    long count = Long.parseLong(words[3]);
    ReducePlan plan =
        plan(words[1], type, ranks).computedBy(Protocol.SIMPLE, Contraction.valueOf(words[4]));
    try (Arena arena = Arena.ofShared()) {
      long bytes = count * type.bytes();
      Places sources = new Places(ranks);
      for (int rank = 0; rank < ranks; rank++) {
        MemorySegment segment = arena.allocate(bytes);
        WideInputs.fill(segment, type, rank, count);
        sources.add(segment, 0);
      }
      MemorySegment out = arena.allocate(bytes);
      plane.reduce(sources, plan, new RankOrder(ranks), count, new Places(1).add(out, 0));
      return hash(out.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  private static ReducePlan plan(String operation, DataType type, int ranks) {
    return switch (operation) {
      case "AVG" -> ReducePlan.average(type, ranks);
      case "PREMUL" -> {
        long[] scalars = new long[ranks];
        for (int rank = 0; rank < ranks; rank++) {
          scalars[rank] = type.isFloating() ? AverageScalar.bits(type, rank + 3) : rank + 3;
        }
        yield ReducePlan.preMulSum(type, scalars);
      }
      default -> ReducePlan.of(Arithmetic.valueOf(operation), type);
    };
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long hex(String digits) {
    return Long.parseUnsignedLong(digits, 16);
  }

  private static List<String> lines(String resource) {
    var stream = Objects.requireNonNull(RecordedVectorsTest.class.getResourceAsStream(resource));
    try (var reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      return reader.lines().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
