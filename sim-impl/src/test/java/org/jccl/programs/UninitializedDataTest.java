package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jccl.MisuseKind.UNINITIALIZED_DATA;
import static org.jccl.programs.Lab.FULL;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.ints;

import java.util.concurrent.CountDownLatch;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.junit.jupiter.api.Test;

/** Memory that nobody has written is read back, also by way of an operation (SIM-63). */
class UninitializedDataTest {
  private static final int RANKS = 3;
  private static final int COUNT = 8;

  @FunctionalInterface
  private interface Body {
    void run(Rank rank, Communicator comm, DeviceBuffer written, DeviceBuffer unwritten);
  }

  private static RankProgram program(Body body) {
    return rank -> {
      Communicator comm = rank.communicator();
      try (DeviceBuffer written = ints(rank, COUNT);
          DeviceBuffer unwritten = rank.device().allocate(DataType.INT32, COUNT)) {
        body.run(rank, comm, written, unwritten);
        comm.defaultStream().synchronize();
      }
    };
  }

  private static int[] read(DeviceBuffer buffer) {
    buffer.device().synchronize();
    int[] seen = new int[(int) buffer.count()];
    buffer.copyTo(seen);
    return seen;
  }

  @Test
  void theOutputOfAReduce_elsewhereThanAtTheRoot() {
    Body wrong =
        (rank, comm, in, out) -> {
          comm.reduce(in, out, ReduceOp.SUM, 0, comm.defaultStream());
          if (rank.rank() != 2) {
            read(out);
          }
        };
    ReportedMisuse report = FULL.finds(UNINITIALIZED_DATA, RANKS, program(wrong));
    assertThat(report.ranks()).containsExactly(1);
    assertThat(report)
        .hasMessageContaining("bytes 0 to 31")
        .hasMessageMatching("(?s).*(UninitializedDataTest.java:\\d+.*){2}");
    FULL.accepts(
        RANKS,
        program(
            (rank, comm, in, out) -> {
              comm.reduce(in, out, ReduceOp.SUM, 0, comm.defaultStream());
              if (rank.rank() == 0) {
                read(out);
              }
            }));
  }

  @Test
  void partOfASendBuffer_whereItsSumIsReadBack() {
    Body sends =
        (rank, comm, in, out) -> {
          Stream stream = comm.defaultStream();
          out.slice(0, rank.rank() == 1 ? COUNT / 2 : COUNT).fill((byte) 1, stream);
          comm.allReduce(out, in, ReduceOp.SUM, stream);
        };
    Body wrong =
        (rank, comm, in, out) -> {
          sends.run(rank, comm, in, out);
          if (rank.rank() == 2) {
            read(in);
          }
        };
    ReportedMisuse report = FULL.finds(UNINITIALIZED_DATA, RANKS, program(wrong));
    assertThat(report.ranks()).containsExactly(1, 2);
    assertThat(report)
        .hasMessageContaining("bytes 16 to 31")
        .hasMessageContaining("sent by rank 1");
    PLAIN.accepts(RANKS, program(wrong));
    FULL.accepts(RANKS, program(sends)); // nobody looks
  }

  @Test
  void ofAGather_theUnwrittenBlockAlone() {
    RankProgram own =
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer block = rank.device().allocate(DataType.INT32, COUNT);
              DeviceBuffer all = rank.device().allocate(DataType.INT32, COUNT * RANKS)) {
            if (rank.rank() != 1) {
              block.copyFrom(new int[COUNT]);
            }
            comm.allGather(block, all);
            comm.defaultStream().synchronize();
            read(all.slice(2 * COUNT, COUNT));
          }
        };
    FULL.accepts(RANKS, own);
  }

  /** Rank 1 waits, another thread aborts: the wait ends as if all were well (LIF-15). */
  private static RankProgram abortedByAnotherThread(boolean writesAnew) {
    CountDownLatch over = new CountDownLatch(1);
    return rank -> {
      if (rank.rank() != 1) {
        rank.blocking(
            () -> {
              over.await();
              return rank;
            });
        return;
      }
      Stream stream = rank.device().defaultStream();
      try (DeviceBuffer buffer = Lab.ints(rank, COUNT)) {
        rank.communicator().allReduce(buffer, buffer, ReduceOp.SUM, stream);
        Thread.ofPlatform().daemon().start(rank.communicator()::abort);
        stream.synchronize();
        if (writesAnew) {
          buffer.copyFrom(new int[COUNT]);
        }
        buffer.copyTo(new int[COUNT]);
      } finally {
        over.countDown();
      }
    };
  }

  @Test
  void theOutputOfWhatAnAbortHasGivenUp() {
    ReportedMisuse report = FULL.finds(UNINITIALIZED_DATA, RANKS, abortedByAnotherThread(false));
    assertThat(report.ranks()).containsExactly(1);
    assertThat(report)
        .hasMessageContaining("all_reduce #1")
        .hasMessageContaining("was given up, made at")
        .hasMessageMatching("(?s).*(UninitializedDataTest.java:\\d+.*){2}");
    FULL.accepts(RANKS, abortedByAnotherThread(true));
  }

  @Test
  void partOfAReceiveBuffer_alsoByWayOfACopy() {
    Body wrong =
        (rank, comm, in, out) -> {
          Stream stream = comm.defaultStream();
          int next = (rank.rank() + 1) % RANKS;
          int last = (rank.rank() + RANKS - 1) % RANKS;
          int count = COUNT - 1;
          comm.sendRecv(in.slice(0, count), next, out.slice(0, count), last, stream);
          in.copyFrom(out, stream);
          if (rank.rank() == 1) {
            read(in);
          }
        };
    ReportedMisuse report = FULL.finds(UNINITIALIZED_DATA, RANKS, program(wrong));
    assertThat(report.ranks()).containsExactly(1);
    assertThat(report).hasMessageContaining("bytes 28 to 31");
  }

  @Test
  void whatWasReceived_isDefined() {
    FULL.accepts(
        RANKS,
        program(
            (rank, comm, in, out) -> {
              comm.broadcast(rank.rank() == 0 ? in : out, 0, comm.defaultStream());
              read(rank.rank() == 0 ? in : out);
            }));
  }
}
