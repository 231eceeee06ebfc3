package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.ints;

import java.util.Arrays;
import java.util.Map;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.sim.Provokes;
import org.junit.jupiter.api.Test;

/**
 * The defects of older versions, imitated by choice (rules VER-06 to VER-08, VER-10, VER-11 and
 * PMS-12).
 */
class KnownDefectsTest {
  private static final Lab WITH = Lab.with(builder -> builder.knownDefects(true));
  private static final Lab MENDED =
      Lab.with(builder -> builder.knownDefects(true).ncclVersion(23007));

  private static final Lab NEWER = Lab.with(builder -> builder.ncclVersion(23007));

  private static void shows(RankProgram program, int ranks, String words) {
    PLAIN.accepts(ranks, program);
    MENDED.accepts(ranks, program);
    assertThatThrownBy(() -> WITH.accepts(ranks, program)).hasStackTraceContaining(words);
  }

  @Test
  void e4m3_findsNoAlgorithm() {
    shows(
        rank -> {
          try (DeviceBuffer a = rank.device().allocate(DataType.FLOAT8_E4M3, 4)) {
            a.copyFrom(new byte[4]);
            rank.communicator().allReduce(a, ReduceOp.SUM);
            rank.communicator().defaultStream().synchronize();
          }
        },
        2,
        "INTERNAL_ERROR");
  }

  private static RankProgram messageThenSum(boolean same) {
    return rank -> {
      try (DeviceBuffer a = ints(rank, 4);
          DeviceBuffer b = ints(rank, 4)) {
        Communicator comm = rank.communicator();
        if (rank.rank() == 0) {
          comm.send(a, 1);
        } else {
          comm.recv(a, 0);
        }
        comm.allReduce(same ? a : b, ReduceOp.SUM);
        comm.defaultStream().synchronize();
      }
    };
  }

  @Test
  void buffersOfMessages_areNoneOfCollectives() {
    WITH.accepts(2, messageThenSum(false));
    shows(messageThenSum(true), 2, "VER-07");
  }

  private static RankProgram toTwo(int first, int second) {
    return rank -> {
      try (DeviceBuffer out = ints(rank, 8);
          DeviceBuffer in = ints(rank, 8)) {
        Communicator comm = rank.communicator();
        comm.group(
            group -> {
              for (int peer = 1; peer < 3; peer++) {
                for (int i = 0; i < (peer == 1 ? first : second); i++) {
                  if (rank.rank() == 0) {
                    group.send(out.slice(i, 1), peer);
                  } else if (rank.rank() == peer) {
                    group.recv(in.slice(i, 1), 0);
                  }
                }
              }
            });
        comm.defaultStream().synchronize();
      }
    };
  }

  @Test
  @Provokes(reports = MisuseKind.DEADLOCK)
  void unevenGroups_hang() {
    WITH.accepts(3, toTwo(1, 1));
    WITH.accepts(3, toTwo(3, 3));
    shows(toTwo(3, 1), 3, "VER-08");
    assertThat(WITH.finds(MisuseKind.DEADLOCK, 3, toTwo(2, 1)).getMessage()).contains("rank 0");
  }

  private static RankProgram inWindows(DataType type, ReduceOp op) {
    return rank -> {
      Communicator comm = rank.communicator();
      try (DeviceBuffer a = rank.device().allocateRegistrable(type, 64);
          DeviceBuffer b = rank.device().allocateRegistrable(type, 64);
          Window in = comm.registerWindow(a, WindowFlag.COLLECTIVE_SYMMETRIC);
          Window out = comm.registerWindow(b, WindowFlag.COLLECTIVE_SYMMETRIC)) {
        if (type == DataType.INT32) {
          a.copyFrom(new int[64]);
        } else {
          a.copyFrom(new float[64]);
        }
        comm.allReduce(a, b, op);
        comm.defaultStream().synchronize();
        assertThat(in.isClosed() || out.isClosed()).isFalse();
      }
    };
  }

  @Test
  void averagesInWindows_haveNoKernel() {
    RankProgram average = inWindows(DataType.FLOAT32, ReduceOp.AVG);
    PLAIN.accepts(2, average);
    WITH.accepts(2, average);
    NEWER.accepts(2, average);
    assertThatThrownBy(() -> MENDED.accepts(2, average))
        .hasStackTraceContaining("UNHANDLED_CUDA_ERROR")
        .hasStackTraceContaining("VER-10");
    MENDED.accepts(2, inWindows(DataType.FLOAT32, ReduceOp.SUM));
    MENDED.accepts(2, inWindows(DataType.INT32, ReduceOp.AVG));
  }

  private static Lab version(int version, boolean defects, String kernel) {
    return Lab.with(
        builder ->
            builder
                .knownDefects(defects)
                .ncclVersion(version)
                .environment(Map.of("NCCL_SYM_KERNEL", kernel)));
  }

  /** What each rank has after an all-gather or a reduce-scatter of ascending floats in windows. */
  private static float[][] moved(Lab lab, int ranks, int count, boolean gathers, int shift) {
    float[][] results = new float[ranks][];
    lab.accepts(
        ranks,
        rank -> {
          Communicator comm = rank.communicator();
          int sent = gathers ? count : ranks * count;
          int received = gathers ? ranks * count : count;
          try (DeviceBuffer a = rank.device().allocateRegistrable(DataType.FLOAT32, sent + shift);
              DeviceBuffer b = rank.device().allocateRegistrable(DataType.FLOAT32, received);
              Window in = comm.registerWindow(a, WindowFlag.COLLECTIVE_SYMMETRIC);
              Window out = comm.registerWindow(b, WindowFlag.COLLECTIVE_SYMMETRIC)) {
            float[] values = new float[sent + shift];
            if (gathers || rank.rank() == 0) {
              for (int i = 0; i < values.length; i++) {
                values[i] = i - shift + rank.rank() * count;
              }
            }
            a.copyFrom(values);
            b.copyFrom(new float[received]);
            if (gathers) {
              comm.allGather(a.slice(shift, sent), b);
            } else {
              comm.reduceScatter(a.slice(shift, sent), b, ReduceOp.SUM);
            }
            comm.defaultStream().synchronize();
            results[rank.rank()] = new float[received];
            b.copyTo(results[rank.rank()]);
            assertThat(in.isClosed() || out.isClosed()).isFalse();
          }
        });
    return results;
  }

  private static float[][] right(int ranks, int count, boolean gathers) {
    float[][] results = new float[ranks][gathers ? ranks * count : count];
    for (int rank = 0; rank < ranks; rank++) {
      for (int i = 0; i < results[rank].length; i++) {
        results[rank][i] = gathers ? i : rank * count + i;
      }
    }
    return results;
  }

  /** Odd counts: a part of a rank does not begin at a multiple of 8 bytes. */
  @Test
  void scatteredParts_areMisplaced() {
    Lab lab = version(22803, true, "ReduceScatter_LL");
    float[][] seen = moved(lab, 3, 4097, false, 0);
    assertThat(seen[0]).isEqualTo(right(3, 4097, false)[0]);
    for (int rank = 1; rank < 3; rank++) {
      assertThat(seen[rank][0]).isEqualTo(rank * 4098);
      assertThat(seen[rank][4096]).isEqualTo(rank * 4097 + 4096);
    }
    assertThat(moved(lab, 3, 4098, false, 0)).isDeepEqualTo(right(3, 4098, false));
    assertThat(moved(lab, 3, 255, false, 0)).isDeepEqualTo(right(3, 255, false));
    assertThat(moved(lab, 3, 4097, false, 1)).isDeepEqualTo(right(3, 4097, false));
  }

  @Test
  void gatheredParts_areMisplaced() {
    Lab lab = version(22803, true, "AllGather_LL");
    float[][] seen = moved(lab, 3, 4097, true, 0);
    for (float[] each : seen) {
      assertThat(each[0]).isZero();
      assertThat(each[4097]).as("the next part lies one element too early").isEqualTo(4098);
      assertThat(each[3 * 4097 - 1]).isEqualTo(3 * 4097 - 1);
    }
    assertThat(moved(lab, 3, 4098, true, 0)).isDeepEqualTo(right(3, 4098, true));
    assertThat(moved(lab, 3, 4097, true, 1)).isDeepEqualTo(right(3, 4097, true));
  }

  @Test
  void parts_areInPlaceInOtherVersions() {
    for (Lab lab :
        new Lab[] {
          version(22807, true, "ReduceScatter_LL"), version(22803, false, "ReduceScatter_LL")
        }) {
      assertThat(moved(lab, 3, 4097, false, 0)).isDeepEqualTo(right(3, 4097, false));
    }
    assertThat(moved(version(22807, true, "AllGather_LL"), 3, 4097, true, 0))
        .isDeepEqualTo(right(3, 4097, true));
    assertThat(moved(version(22803, true, "ReduceScatter_LD"), 3, 4097, false, 0))
        .as("blocks that work together")
        .isDeepEqualTo(right(3, 4097, false));
  }

  @Test
  void oneRank_dropsTheTail() {
    for (Lab lab : new Lab[] {PLAIN, WITH, MENDED}) {
      lab.accepts(
          1,
          rank -> {
            float[] ones = new float[8197];
            Arrays.fill(ones, 1);
            try (DeviceBuffer a = rank.device().allocate(DataType.FLOAT32, ones.length);
                DeviceBuffer b = rank.device().allocate(DataType.FLOAT32, ones.length)) {
              a.copyFrom(ones);
              b.copyFrom(new float[ones.length]);
              rank.communicator().allReduce(a, b, ReduceOp.AVG);
              rank.communicator().defaultStream().synchronize();
              b.copyTo(ones);
              assertThat(ones[8195]).isEqualTo(1);
              assertThat(ones[8196]).isEqualTo(lab == WITH ? 0 : 1);
            }
          });
    }
  }
}
