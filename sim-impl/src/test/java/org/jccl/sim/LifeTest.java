package org.jccl.sim;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.PreMulSum;
import org.jccl.Ranks;
import org.jccl.ReportedMisuse;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.spi.NcclAbi;
import org.junit.jupiter.api.Test;

/** What no library can show: misuse of communicators' lives, and what the environment changes. */
class LifeTest {
  private static final MemorySegment NULL = MemorySegment.NULL;
  private static final int INT32 = DataType.INT32.code();

  /** Calls on the raw surface of one simulator. */
  private record Raw(NcclAbi abi, Arena arena) {
    MemorySegment id() {
      MemorySegment id = arena.allocate(128);
      assertThat(abi.getUniqueId(id)).isZero();
      return id;
    }

    MemorySegment out() {
      return arena.allocate(8);
    }

    /** A communicator by ncclCommInitRank, which must succeed. */
    long open(MemorySegment id, int ranks, int rank) {
      MemorySegment out = out();
      assertThat(abi.commInitRank(out, ranks, id, rank)).isZero();
      return out.get(JAVA_LONG, 0);
    }

    int state(long comm) {
      MemorySegment out = out();
      assertThat(abi.commGetAsyncError(comm, out)).isZero();
      return out.get(JAVA_INT, 0);
    }

    MemorySegment ints(int... values) {
      return arena.allocateFrom(JAVA_INT, values);
    }
  }

  private static Simulator.Builder quiet() {
    return Simulator.builder().devices(4).warnings(line -> {});
  }

  private static void with(Simulator.Builder builder, Consumer<Raw> body) {
    try (Arena arena = Arena.ofShared();
        Simulator simulator = builder.build()) {
      body.accept(new Raw(simulator.raw(), arena));
    }
  }

  /** Runs rank programs on communicators made by ncclCommInitRank; gives what they threw. */
  private static List<ReportedMisuse> misuses(int ranks, RankBody body) {
    List<ReportedMisuse> found = new CopyOnWriteArrayList<>();
    try (Arena arena = Arena.ofShared();
        Simulator simulator = quiet().build()) {
      Raw raw = new Raw(simulator.raw(), arena);
      MemorySegment id = raw.id();
      Ranks.run(
          simulator.backend(),
          ranks,
          rank -> {
            Device device = simulator.backend().devices().get(rank.rank());
            device.makeCurrent();
            try {
              body.run(raw, device, rank.rank(), raw.open(id, ranks, rank.rank()));
            } catch (ReportedMisuse misuse) {
              found.add(misuse);
            }
          });
    }
    return found;
  }

  /** What one rank does. */
  private interface RankBody {
    void run(Raw raw, Device device, int rank, long comm);
  }

  // ---------------------------------------------------------------- misuse

  @Test
  @Provokes(reports = MisuseKind.USE_AFTER_DESTROY)
  void useAfterDestroy_isReported() {
    with(
        quiet(),
        raw -> {
          long comm = raw.open(raw.id(), 1, 0);
          assertThat(raw.abi.commDestroy(comm)).isZero();
          assertMisuse(MisuseKind.USE_AFTER_DESTROY, () -> raw.abi.commDestroy(comm));
          assertMisuse(MisuseKind.USE_AFTER_DESTROY, () -> raw.abi.commCount(comm, raw.out()));
          assertMisuse(
              MisuseKind.USE_AFTER_DESTROY, () -> raw.abi.allReduce(0, 0, 1, INT32, 0, comm, 0));
          assertThat(raw.abi.groupEnd()).as("no group depth leaks (SIM-33)").isEqualTo(5);
        });
  }

  private static void assertMisuse(MisuseKind kind, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            ReportedMisuse.class, misuse -> assertThat(misuse.kind()).isEqualTo(kind));
  }

  @Test
  @Provokes(reports = MisuseKind.RENDEZVOUS)
  void sameRankTwice_isAMistakenRendezvous() {
    with(
        quiet(),
        raw -> {
          MemorySegment id = raw.id();
          raw.abi.groupStart();
          raw.abi.commInitRank(raw.out(), 2, id, 1);
          raw.abi.commInitRank(raw.out(), 2, id, 1);
          assertMisuse(MisuseKind.RENDEZVOUS, raw.abi::groupEnd);
        });
  }

  @Test
  @Provokes(reports = MisuseKind.MISSING_RANK)
  void splitWithoutARank_namesIt() {
    List<ReportedMisuse> found =
        misuses(
            3,
            (raw, device, rank, comm) -> {
              if (rank != 1) {
                raw.abi.commSplit(comm, 0, 0, raw.out(), NULL);
              }
            });
    assertThat(found).hasSize(2);
    assertThat(found.getFirst().getMessage()).contains("split", "missing: rank 1");
  }

  @Test
  @Provokes(reports = MisuseKind.OUTSTANDING_OPS)
  void splitWhileAnOperationIsInFlight_isReported() {
    List<ReportedMisuse> found =
        misuses(
            2,
            (raw, device, rank, comm) -> {
              try (DeviceBuffer buffer = device.allocate(DataType.INT32, 1)) {
                long at = buffer.address();
                if (rank == 0) {
                  raw.abi.allReduce(at, at, 1, INT32, 0, comm, 0);
                }
                raw.abi.commSplit(comm, 0, 0, raw.out(), NULL);
              }
            });
    assertThat(found.getFirst().kind()).isEqualTo(MisuseKind.OUTSTANDING_OPS);
  }

  @Test
  @Provokes(reports = MisuseKind.MISMATCH)
  void shrinkListsThatDiffer_areReported() {
    List<ReportedMisuse> found =
        misuses(
            4,
            (raw, device, rank, comm) -> {
              if (rank < 2) {
                raw.abi.commShrink(comm, raw.ints(rank + 2), 1, raw.out(), NULL, 0);
              }
            });
    assertThat(found).hasSize(2);
    assertThat(found.getFirst().getMessage()).contains("(list)", "SIM-48");
  }

  @Test
  void shrinkListsOfRanksTwiceOrUnknown_areRefused() {
    with(
        quiet(),
        raw -> {
          long comm = raw.open(raw.id(), 1, 0);
          for (MemorySegment list : List.of(raw.ints(5, 5), raw.ints(1, 7), raw.ints(-1, 2))) {
            assertThat(raw.abi.commShrink(comm, list, 2, raw.out(), NULL, 0)).isEqualTo(4);
          }
          raw.abi.commDestroy(comm);
        });
  }

  // ---------------------------------------------------------------- environment and version

  @Test
  void initRank_isSynchronousAlsoIfNonblocking() {
    with(
        quiet().environment(Map.of("NCCL_COMM_BLOCKING", "0")),
        raw -> {
          long comm = raw.open(raw.id(), 1, 0);
          assertThat(raw.abi.commCount(comm, raw.out())).isZero(); // INIT-16
          assertThat(raw.abi.allReduce(0, 0, 1, 12, 0, comm, 0)).isEqualTo(4);
          assertThat(raw.state(comm)).as("nonblocking: the error stays").isEqualTo(4);
          raw.abi.commAbort(comm);
        });
  }

  @Test
  void commId_isAnAddressThatServesOneCommunicatorAfterTheOther() {
    with(
        quiet().environment(Map.of("NCCL_COMM_ID", "127.0.0.1:4711")),
        raw -> {
          assertThat(raw.id().mismatch(raw.id())).isEqualTo(-1);
          for (int i = 0; i < 2; i++) {
            raw.abi.commDestroy(raw.open(raw.id(), 1, 0));
          }
        });
    for (String malformed : List.of("nonsense", "a b:1", ":1", "host:port")) {
      with(
          quiet().environment(Map.of("NCCL_COMM_ID", malformed)),
          raw -> assertThat(raw.abi.getUniqueId(raw.arena.allocate(128))).isEqualTo(4));
    }
  }

  @Test
  void severalRanksADevice_areAllowedWhereTheEnvironmentSaysSo() {
    Map<String, String> allowed = Map.of("NCCL_MULTI_RANK_GPU_ENABLE", "1");
    MemorySegment twice = MemorySegment.ofArray(new int[2]);
    with(
        quiet().ncclVersion(23007).environment(allowed),
        raw -> {
          MemorySegment made = raw.arena.allocate(16);
          assertThat(raw.abi.commInitAll(made, 2, twice)).isZero();
          raw.abi.commDestroy(made.getAtIndex(JAVA_LONG, 0));
          raw.abi.commDestroy(made.getAtIndex(JAVA_LONG, 1));
        });
    with(
        quiet().environment(allowed),
        raw -> assertThat(raw.abi.commInitAll(raw.arena.allocate(16), 2, twice)).isEqualTo(5));
  }

  @Test
  void noNetworkInterface_isAnErrorOfTheFirstId() {
    for (String wanted : List.of("wlan", "=eth", "^eth,lo")) {
      with(
          quiet().environment(Map.of("NCCL_SOCKET_IFNAME", wanted)),
          raw -> assertThat(raw.abi.getUniqueId(NULL)).as(wanted).isEqualTo(5));
    }
    for (String wanted : List.of("eth", "=lo", "wlan,eth0", "^wlan")) {
      with(quiet().environment(Map.of("NCCL_SOCKET_IFNAME", wanted)), Raw::id);
    }
  }

  @Test
  void olderLibraries_lackWhatCameLater() {
    with(
        quiet().ncclVersion(22703),
        raw -> {
          assertThatThrownBy(() -> raw.abi.commRevoke(0, 0))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContaining("ncclCommRevoke needs NCCL 2.28.7, found 2.27.3");
          assertThatThrownBy(() -> raw.abi.commGrow(0, 2, NULL, 1, NULL, NULL))
              .isInstanceOf(UnsupportedOperationException.class);
          assertThat(config(raw, ConfigField.CTA_POLICY, 2)).as("CFG-08").isEqualTo(4);
        });
  }

  private static int config(Raw raw, ConfigField field, int value) {
    MemorySegment config = raw.arena.allocate(ConfigField.structBytes(22703));
    config.set(JAVA_LONG, ConfigField.SIZE_OFFSET, config.byteSize());
    config.set(JAVA_INT, ConfigField.MAGIC_OFFSET, ConfigField.MAGIC);
    config.set(JAVA_INT, ConfigField.VERSION_OFFSET, 22703);
    for (ConfigField each : ConfigField.values()) {
      if (each.since() <= 22703) {
        config.set(JAVA_INT, each.offset(), each == field ? value : ConfigField.UNDEFINED);
      }
    }
    return raw.abi.commInitRankConfig(raw.out(), 1, raw.id(), 0, config);
  }

  // ---------------------------------------------------------------- simulated ends

  @Test
  void simulatedEnds_estimateCollectivesAlone() {
    List<Float> times = new CopyOnWriteArrayList<>();
    List<ReportedMisuse> found =
        misuses(
            2,
            (raw, device, rank, comm) -> {
              try (DeviceBuffer buffer = device.allocate(DataType.INT32, 2)) {
                long at = buffer.address();
                MemorySegment info = raw.arena.allocate(24);
                info.set(JAVA_LONG, 0, 24);
                info.set(JAVA_INT, 8, 0x74685283);
                info.set(JAVA_FLOAT, 16, -1);
                raw.abi.groupStart();
                raw.abi.send(at, 1, INT32, 1 - rank, comm, 0);
                assertThat(raw.abi.groupSimulateEnd(info)).isZero();
                times.add(info.get(JAVA_FLOAT, 16));
                raw.abi.groupStart();
                raw.abi.allReduce(at, at, 2, INT32, 0, comm, 0);
                assertThat(raw.abi.groupSimulateEnd(info)).isZero();
                times.add(info.get(JAVA_FLOAT, 16));
                info.set(JAVA_INT, 8, 1);
                raw.abi.groupStart();
                assertThat(raw.abi.groupSimulateEnd(info)).as("without magic").isEqualTo(4);
                assertThat(raw.abi.commDestroy(comm)).as("nothing is in flight").isZero();
              }
            });
    assertThat(found).isEmpty();
    assertThat(times).filteredOn(time -> time > 0).hasSize(2);
    assertThat(times).filteredOn(time -> time == -1).hasSize(2);
  }

  /** As on NCCL, by the same words: both take them from one place. */
  @Test
  void aScalarOfAPreMulSum_isOneOpenElement() {
    try (Simulator simulator = quiet().build()) {
      Ranks.run(
          simulator.backend(),
          1,
          rank -> {
            DeviceBuffer scalar = rank.device().allocate(DataType.FLOAT32, 1);
            DeviceBuffer two = rank.device().allocate(DataType.FLOAT32, 2);
            scalar.close();
            assertThatThrownBy(() -> rank.communicator().preMulSum(scalar))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("preMulSum: one element on", "(closed)");
            assertThatThrownBy(() -> rank.communicator().preMulSum(two))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("preMulSum: one element on");
            two.close();
          });
    }
  }

  @Test
  @Provokes(leaves = "a custom reduction that its communicator takes along")
  void close_takesCustomReductionsAlong_andARankNeedsItsPlace() {
    try (Simulator simulator = quiet().build()) {
      Backend backend = simulator.backend();
      Device device = backend.devices().getFirst();
      UniqueId id = backend.newUniqueId();
      CommunicatorConfig config = CommunicatorConfig.defaults();
      PreMulSum sum;
      try (Communicator lone = backend.newCommunicator(id, 0, 1, device, config)) {
        sum = lone.preMulSum(DataType.FLOAT32, 2);
        assertThat(sum.isClosed()).isFalse();
      }
      assertThat(sum.isClosed()).isTrue();
      assertThatThrownBy(() -> backend.newCommunicator(id, 2, 2, device, config))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("rank 2 of 2 is out of range: ranks go from 0 to world size - 1 (INIT-04)");
    }
  }
}
