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
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jccl.DataType;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.CollectiveTask.Folding;
import org.jccl.sim.cost.SymmetricModel;
import org.jccl.sim.machine.GpuProfile;
import org.jccl.sim.math.DataPlane;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.Kernels;
import org.jccl.sim.math.Places;
import org.jccl.sim.math.ReducePlan;
import org.jccl.sim.math.WideInputs;
import org.jccl.sim.math.WorkCrew;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Symmetric kernels against recordings of 4 H200 with NCCL 2.28.9: which kernel is chosen, how many
 * blocks of threads it gets, and the bits of the sums. The head of the file says what its columns
 * are.
 */
class SymmetricKernelsTest {
  private static final int RANKS = 4;

  private record Row(
      boolean isForced,
      Operation operation,
      DataType type,
      long count,
      String kernel,
      int blocks,
      List<String> hashes) {
    static Row of(String line) {
      String[] words = line.split(" ");
      return new Row(
          words[0].equals("forced"),
          Operation.valueOf(words[1]),
          DataType.valueOf(words[2]),
          Long.parseLong(words[3]),
          words[4],
          Integer.parseInt(words[5]),
          List.of(words[6].split(",")));
    }

    PlacedCall call() {
      CollectiveTask call = new CollectiveTask(operation, type, Folding.SUM, count);
      return new PlacedCall(call, false, 0, 0, true);
    }

    SymmetricSplit split() {
      Map<String, String> wish = isForced ? Map.of("NCCL_SYM_KERNEL", kernel) : Map.of();
      return Objects.requireNonNull(plan(List.of(call()), wish).split(0));
    }
  }

  /** What the model says, without a second opinion. */
  private record Chosen(SymmetricModel model) implements SymmetricPlan.Chooser {
    @Override
    public boolean offers(PlacedCall call) {
      return call.isWithinWindows() && model.offers(call);
    }

    @Override
    public @Nullable SymmetricChoice choose(PlacedCall first, long elements, long most, int calls) {
      return model.choose(first, elements, most, calls);
    }

    @Override
    public boolean mayDecline() {
      return false;
    }
  }

  private static SymmetricPlan plan(List<PlacedCall> calls, Map<String, String> environment) {
    SymmetricModel model =
        new SymmetricModel(
            GpuProfile.h200(), 22809, RANKS, false, ChannelLimits.none(), environment);
    return SymmetricPlan.of(calls, RANKS, new Chosen(model));
  }

  private static PlacedCall sum(DataType type, long count) {
    return new PlacedCall(
        new CollectiveTask(Operation.ALL_REDUCE, type, Folding.SUM, count), false, 0, 0, true);
  }

  @Test
  void kernelsAndBlocks_areThoseThatNcclLogged() {
    for (Row row : rows()) {
      SymmetricSplit split = row.split();
      assertThat(split.kernel().nativeName()).as("%s", row).isEqualTo(row.kernel());
      assertThat(split.channels()).as("%s", row).isEqualTo(row.blocks());
    }
  }

  @Test
  void sums_areThoseOfTheGpus() {
    try (WorkCrew crew = new WorkCrew(2)) {
      DataPlane plane = new DataPlane(Kernels.choose("").kernels(), crew);
      for (Row row : rows()) {
        if (row.operation().reduces()) {
          List<String> own = sums(plane, row);
          for (int rank = 0; rank < row.hashes().size(); rank++) {
            if (!row.hashes().get(rank).equals("-")) {
              assertThat(own.get(rank))
                  .as("%s, rank %s", row, rank)
                  .isEqualTo(row.hashes().get(rank));
            }
          }
        }
      }
    }
  }

  private static List<String> sums(DataPlane plane, Row row) {
    DataType type = row.type();
    boolean scatters = row.operation() == Operation.REDUCE_SCATTER;
    int blocks = scatters ? RANKS : 1;
    long bytes = row.count() * type.bytes();
    FoldOrder order = row.split().order(RANKS, type.bytes(), row.count(), 0, 0);
    ReducePlan sum = ReducePlan.symmetric(type);
    try (Arena arena = Arena.ofShared()) {
      Places sources = new Places(RANKS);
      Places targets = new Places(RANKS);
      for (int rank = 0; rank < RANKS; rank++) {
        MemorySegment input = arena.allocate(blocks * bytes);
        WideInputs.fill(input, type, 1 + type.code(), rank, blocks * row.count());
        sources.add(input, 0);
      }
      MemorySegment out = arena.allocate(blocks * bytes);
      for (int block = 0; block < blocks; block++) {
        targets.add(out, block * bytes);
      }
      if (scatters) {
        plane.reduceScatter(sources, sum, order, row.count(), targets);
      } else {
        plane.reduce(sources, sum, order, row.count(), targets);
      }
      return IntStream.range(0, blocks)
          .mapToObj(block -> hash(out.asSlice(block * bytes, bytes)))
          .toList();
    }
  }

  @Test
  void callsOfOneGroup_shareALaunch_andNoneTakesFlags() {
    SymmetricPlan alone = plan(List.of(sum(DataType.FLOAT32, 255)), Map.of());
    assertThat(Objects.requireNonNull(alone.split(0)).kernel())
        .isEqualTo(SymmetricKernel.ALL_REDUCE_LL);
    SymmetricPlan together =
        plan(List.of(sum(DataType.FLOAT32, 255), sum(DataType.FLOAT32, 300)), Map.of());
    for (int call = 0; call < 2; call++) {
      assertThat(Objects.requireNonNull(together.split(call)).kernel())
          .isEqualTo(SymmetricKernel.ALL_REDUCE_LOAD);
    }
    assertThat(
            plan(
                    List.of(sum(DataType.FLOAT32, 255), sum(DataType.FLOAT32, 300)),
                    Map.of("NCCL_SYM_KERNEL", "AllReduce_AGxLL_R"))
                .isRefused())
        .isTrue();
  }

  @Test
  void partsOfCallsThatShareALaunch_areWholeAndInOrder() {
    long[] counts = {1, 256, 257, 70_000, 1_000_003, 255, 4096};
    for (int blocks = 1; blocks <= 64; blocks++) {
      SymmetricLaunch launch = new SymmetricLaunch(counts, 4, blocks, blocks % 2 == 0);
      assertThat(launch.channels()).isBetween(1, blocks);
      for (int call = 0; call < counts.length; call++) {
        long next = 0;
        int workers = 0;
        for (SymmetricSplit.Part part : launch.parts(call)) {
          assertThat(part.first()).isEqualTo(next);
          next += part.count();
          workers += part.blocks();
        }
        assertThat(next).isEqualTo(counts[call]);
        assertThat(workers).isBetween(1, launch.channels());
      }
    }
  }

  /** Two calls of 3 and 5 KiB on 4 blocks: two cells each, by hand from NCCL's scheduler. */
  @Test
  void blocksWithOneCallOnly_workTogether() {
    long[] counts = {768, 1280};
    SymmetricLaunch last = new SymmetricLaunch(counts, 4, 4, true);
    assertThat(last.parts(0)).containsExactly(new SymmetricSplit.Part(0, 768, 2));
    assertThat(last.parts(1))
        .containsExactly(new SymmetricSplit.Part(0, 256, 1), new SymmetricSplit.Part(256, 1024, 2));
  }

  @Test
  void ordersOfLargerParts_takeTurnsByWarps() {
    FoldOrder.Piece piece = new FoldOrder.Piece();
    long count = 1 << 20;
    FoldOrder order = new WarpOrder(RANKS, List.of(new SymmetricSplit.Part(0, count, 6)), 4, 8, 24);
    order.find(0, count, piece);
    assertThat(piece.count()).as("up to the 16-byte boundary").isEqualTo(2);
    assertThat(piece.rank(0)).isZero();
    order.find(2, count, piece);
    assertThat(piece.count()).isEqualTo(512);
    assertThat(piece.rank(0)).isZero();
    order.find(2 + 512, count, piece);
    assertThat(piece.rank(0)).isEqualTo(1);
    FoldOrder apart = new WarpOrder(RANKS, List.of(new SymmetricSplit.Part(0, count, 6)), 4, 8, 12);
    apart.find(2, count, piece);
    assertThat(piece.count()).as("without a common alignment").isEqualTo(128);
  }

  private static String hash(MemorySegment bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(bytes.toArray(ValueLayout.JAVA_BYTE));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Row> rows() {
    var stream =
        Objects.requireNonNull(
            SymmetricKernelsTest.class.getResourceAsStream("symmetric-kernels.txt"));
    try (var reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      return reader.lines().filter(line -> !line.startsWith("#")).map(Row::of).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
