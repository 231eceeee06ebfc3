package org.jccl.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.spi.NcclAbi;
import org.junit.jupiter.api.Test;

/** Reports about registered memory, one-sided operations and suspended communicators. */
class MemoryMisuseTest {
  private static final int INT32 = DataType.INT32.code();
  private static final int BYTES = 4096;
  private static final int TARGET = 2048;
  private static final int SYMMETRIC = 1;

  /** One rank with a raw communicator, a stream and its part of a window. */
  private static final class Member {
    final Rank context;
    final NcclAbi abi;
    final Arena arena = Arena.ofShared();
    final MemorySegment slot = arena.allocate(64, 16);
    final Stream stream;
    final long comm;
    final long memory;
    final long window;

    Member(Rank context, NcclAbi abi) {
      this.context = context;
      this.abi = abi;
      this.stream = context.device().newStream();
      context.device().makeCurrent();
      MemorySegment id = arena.allocate(128);
      if (number() == 0) {
        ok(abi.getUniqueId(id));
      }
      id.copyFrom(
          MemorySegment.ofArray(context.processGroup().broadcast(id.toArray(JAVA_BYTE), 0)));
      ok(abi.commInitRank(slot, context.worldSize(), id, number()));
      comm = slot.get(JAVA_LONG, 0);
      ok(abi.memAlloc(slot, BYTES));
      memory = slot.get(JAVA_LONG, 0);
      ok(abi.commWindowRegister(comm, memory, BYTES, slot, SYMMETRIC));
      window = slot.get(JAVA_LONG, 0);
    }

    int number() {
      return context.rank();
    }

    long on() {
      return stream.handle();
    }

    void barrier() {
      context.processGroup().barrier(Duration.ofMinutes(1));
    }

    void sum(long at, int count) {
      ok(abi.allReduce(at, at, count, INT32, 0, comm, on()));
    }

    int putCode(int count, int peer, long offset) {
      return abi.putSignal(memory, count, INT32, peer, window, offset, 0, 0, 0, comm, on());
    }

    void signal(int peer) {
      ok(abi.signal(peer, 0, 0, 0, comm, on()));
    }

    void await(int count, int peer) {
      MemorySegment descriptor = arena.allocate(16);
      descriptor.setAtIndex(JAVA_INT, 0, count);
      descriptor.setAtIndex(JAVA_INT, 1, peer);
      ok(abi.waitSignal(1, descriptor, comm, on()));
    }

    void warmUp() {
      signal(number());
      await(1, number());
      stream.synchronize();
      barrier();
    }
  }

  private static void ok(int code) {
    assertThat(code).isZero();
  }

  /** What one rank does. */
  @FunctionalInterface
  private interface Body {
    void run(Member rank);
  }

  private static void run(int ranks, Body body) {
    run(ranks, 23007, body);
  }

  private static void run(int ranks, int version, Body body) {
    Simulator.Builder builder = Simulator.builder().devices(ranks).ncclVersion(version);
    try (Simulator simulator = builder.warnings(line -> {}).build()) {
      Ranks.run(
          simulator.backend(), ranks, context -> body.run(new Member(context, simulator.raw())));
    }
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> reported(
      MisuseKind kind, int ranks, Body body) {
    return assertThatThrownBy(() -> run(ranks, body))
        .satisfies(thrown -> assertThat(misuse(thrown).kind()).isEqualTo(kind));
  }

  private static ReportedMisuse misuse(Throwable thrown) {
    Throwable each = thrown;
    while (each != null && !(each instanceof ReportedMisuse)) {
      each = each.getCause();
    }
    assertThat(each).as("%s", thrown).isNotNull();
    return (ReportedMisuse) each;
  }

  /** A later library replays them (VER-09). */
  @Provokes(leaves = "raw communicators are not ended here")
  @Test
  void before2_30_oneSidedCallsAreNotCaptured() {
    run(
        2,
        22907,
        rank -> {
          rank.warmUp();
          try (Stream captured = rank.context.device().newStream()) {
            captured.beginCapture();
            int code = rank.abi.signal(1 - rank.number(), 0, 0, 0, rank.comm, captured.handle());
            assertThat(ResultCode.of(code)).isEqualTo(ResultCode.INVALID_USAGE);
            captured.endCapture().close();
          }
          rank.barrier();
        });
  }

  @Test
  @Provokes(reports = MisuseKind.USE_WHILE_SUSPENDED)
  void aSuspendedCommunicator_isNotUsed() {
    reported(
            MisuseKind.USE_WHILE_SUSPENDED,
            2,
            rank -> {
              ok(rank.abi.commSuspend(rank.comm, 1));
              rank.sum(rank.memory, 1);
            })
        .hasMessageContaining("SIM-34");
  }

  @Test
  @Provokes(
      reports = MisuseKind.USE_WHILE_SUSPENDED,
      leaves = "what the refused destroy was to end")
  void aSuspendedCommunicator_isNotDestroyed() {
    reported(
            MisuseKind.USE_WHILE_SUSPENDED,
            2,
            rank -> {
              ok(rank.abi.commSuspend(rank.comm, 1));
              rank.abi.commDestroy(rank.comm);
            })
        .hasMessageContaining("ncclCommDestroy")
        .hasMessageContaining("SIM-34");
    run(
        2,
        rank -> {
          ok(rank.abi.commSuspend(rank.comm, 1));
          ok(rank.abi.commResume(rank.comm));
          ok(rank.abi.commDestroy(rank.comm));
        });
  }

  @Test
  @Provokes(reports = MisuseKind.REGISTRATION_MISMATCH)
  void aBufferThatOneRankHasRegistered_isReported() {
    reported(
            MisuseKind.REGISTRATION_MISMATCH,
            2,
            rank -> {
              ok(rank.abi.memAlloc(rank.slot, BYTES));
              long plain = rank.slot.get(JAVA_LONG, 0);
              if (rank.number() == 0) {
                ok(rank.abi.commRegister(rank.comm, plain, BYTES, rank.slot));
              }
              rank.sum(plain, 1);
              rank.stream.synchronize();
            })
        .hasMessageContaining("rank 0 is a registered buffer at offset 0")
        .hasMessageContaining("rank 1 is unregistered memory");
  }

  @Test
  @Provokes(reports = MisuseKind.REGISTRATION_MISMATCH)
  void differentOffsetsOfSymmetricWindows_areReported() {
    reported(
            MisuseKind.REGISTRATION_MISMATCH,
            2,
            rank -> {
              rank.sum(rank.memory + 64L * rank.number(), 1);
              rank.stream.synchronize();
            })
        .hasMessageContaining("a window at offset 0")
        .hasMessageContaining("a window at offset 64");
  }

  @Test
  @Provokes(reports = MisuseKind.BUFFER_FREED)
  void aWindowThatEndsInFlight_isReported() {
    reported(
            MisuseKind.BUFFER_FREED,
            2,
            rank -> {
              rank.sum(rank.memory, 4);
              rank.abi.commWindowDeregister(rank.comm, rank.window);
            })
        .hasMessageContaining("window of 4096 bytes")
        .hasMessageContaining("SIM-55");
  }

  @Test
  @Provokes(reports = MisuseKind.BUFFER_FREED)
  void aBufferDeregisteredInFlight_isReported() {
    reported(
            MisuseKind.BUFFER_FREED,
            2,
            rank -> {
              ok(rank.abi.commRegister(rank.comm, rank.memory, BYTES, rank.slot));
              rank.sum(rank.memory, 4);
              rank.abi.commDeregister(rank.comm, rank.slot.get(JAVA_LONG, 0));
            })
        .hasMessageContaining("SIM-55");
  }

  @Test
  @Provokes(leaves = "the rank whose put is refused ends with that error")
  void putsThatReachBeyondAWindow_areInvalid() {
    run(
        1,
        rank -> {
          assertThat(rank.putCode(17, 0, BYTES - 64)).isEqualTo(4);
          assertThat(rank.putCode(BYTES / 4 + 1, 0, 0)).isEqualTo(4);
          assertThat(rank.putCode(1, 0, -4)).isEqualTo(4);
          assertThat(rank.putCode(16, 0, BYTES - 64)).isZero();
        });
  }

  @Test
  @Provokes(reports = MisuseKind.MISSING_SIGNAL)
  void aSignalThatNobodySends_isReported() {
    reported(
            MisuseKind.MISSING_SIGNAL,
            2,
            rank -> {
              rank.warmUp();
              if (rank.number() == 0) {
                rank.await(2, 1);
                rank.stream.synchronize();
              } else {
                rank.signal(0);
                rank.stream.synchronize();
              }
            })
        .hasMessageContaining("WaitSignal(2 from rank 1)")
        .hasMessageContaining("missing: rank 1");
  }

  @Test
  @Provokes(reports = MisuseKind.DEADLOCK)
  void waitsBeforePutsOnBothSides_areADeadlock() {
    reported(
            MisuseKind.DEADLOCK,
            2,
            rank -> {
              rank.warmUp();
              rank.await(1, 1 - rank.number());
              rank.signal(1 - rank.number());
              rank.stream.synchronize();
            })
        .hasMessageContaining("rank 0 → rank 1 → rank 0");
  }

  @Test
  @Provokes(reports = MisuseKind.MISSING_RANK)
  void aFirstOneSidedCallThatSomeRankDoesNotMake_isReported() {
    reported(
            MisuseKind.MISSING_RANK,
            3,
            rank -> {
              if (rank.number() != 1) {
                rank.signal(rank.number());
              }
            })
        .hasMessageContaining("RMA-07")
        .hasMessageContaining("missing: rank 1");
  }

  @Test
  @Provokes(reports = MisuseKind.MISSING_RANK)
  void aWindowThatSomeRankDoesNotRegister_isReported() {
    reported(
            MisuseKind.MISSING_RANK,
            2,
            rank -> {
              if (rank.number() == 0) {
                rank.abi.commWindowRegister(rank.comm, rank.memory, BYTES, rank.slot, 0);
              }
            })
        .hasMessageContaining("the registration of a window");
  }

  @Test
  @Provokes(reports = MisuseKind.RMA_RACE)
  void writersThatOverlap_areARace() {
    reported(
            MisuseKind.RMA_RACE,
            3,
            rank -> {
              rank.warmUp();
              if (rank.number() != 0) {
                rank.putCode(4, 0, TARGET + 8L * rank.number());
                rank.stream.synchronize();
              }
              rank.barrier();
            })
        .hasMessageContaining("SIM-60");
  }

  @Test
  @Provokes(reports = MisuseKind.RMA_RACE)
  void aTargetThatIsReadBeforeTheWait_isARace() {
    reported(
            MisuseKind.RMA_RACE,
            2,
            rank -> {
              rank.warmUp();
              if (rank.number() == 1) {
                ok(rank.putCode(4, 0, TARGET));
                rank.stream.synchronize();
              }
              rank.barrier();
              if (rank.number() == 0) {
                DeviceBuffer target =
                    DeviceBuffer.wrap(
                        rank.context.device(), DataType.INT32, rank.memory + TARGET, 4);
                target.copyTo(new int[4]);
              }
              rank.barrier();
            })
        .hasMessageContaining("SIM-60");
  }
}
