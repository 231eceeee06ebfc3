package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.ints;
import static org.jccl.programs.Lab.under;
import static org.jccl.programs.RawLab.INT;
import static org.jccl.programs.RawLab.SUM;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.MisuseKind;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What NCCL's variables do to a simulated program (chapter 10 of the rule book). */
class EnvironmentTest {
  /** A replay and an ordinary call on the same buffer, on two streams. */
  private static RankProgram mixes(boolean ordered) {
    return rank -> {
      try (Stream s = rank.device().newStream();
          Stream t = rank.device().newStream();
          Event done = rank.device().newEvent();
          DeviceBuffer a = ints(rank, 4)) {
        s.beginCapture();
        rank.communicator().allReduce(a, a, ReduceOp.SUM, s);
        try (Graph graph = s.endCapture()) {
          for (int round = 0; round < 3; round++) {
            graph.launch(s);
            if (ordered) {
              done.record(s);
              t.waitFor(done);
            }
            rank.communicator().allReduce(a, a, ReduceOp.SUM, t);
            t.synchronize();
            s.synchronize();
          }
        }
      }
    };
  }

  @Test
  void withoutMixing_replaysAndCallsHaveNoOrder() {
    PLAIN.accepts(2, mixes(false));
    Lab apart = under("NCCL_GRAPH_MIXING_SUPPORT", "0");
    apart.accepts(2, mixes(true));
    apart.finds(MisuseKind.BUFFER_REUSE, 2, mixes(false));
    apart.finds(MisuseKind.BUFFER_REUSE, 3, mixes(false));
    under("NCCL_GRAPH_MIXING_SUPPORT", "7").accepts(2, mixes(false)); // no value of it
  }

  /** A replay between ordinary calls, which keep the order among themselves. */
  @Test
  void withoutMixing_callsKeepTheirOrder() {
    under("NCCL_GRAPH_MIXING_SUPPORT", "0")
        .accepts(
            2,
            rank -> {
              try (Stream s = rank.device().newStream();
                  Stream t = rank.device().newStream();
                  Stream u = rank.device().newStream();
                  DeviceBuffer a = ints(rank, 4);
                  DeviceBuffer b = ints(rank, 4)) {
                s.beginCapture();
                rank.communicator().allReduce(a, a, ReduceOp.SUM, s);
                try (Graph graph = s.endCapture()) {
                  rank.communicator().allReduce(b, b, ReduceOp.SUM, t);
                  graph.launch(s);
                  rank.communicator().allReduce(b, b, ReduceOp.SUM, u);
                  u.synchronize();
                  s.synchronize();
                }
              }
            });
  }

  /** Two calls of one capture on two streams, the second one not ordered by the program. */
  private static final RankProgram FORKS =
      rank -> {
        try (Stream s = rank.device().newStream();
            Stream t = rank.device().newStream();
            Event fork = rank.device().newEvent();
            Event join = rank.device().newEvent();
            DeviceBuffer a = ints(rank, 4)) {
          s.beginCapture();
          fork.record(s);
          t.waitFor(fork);
          rank.communicator().allReduce(a, a, ReduceOp.SUM, s);
          rank.communicator().allReduce(a, a, ReduceOp.SUM, t);
          join.record(t);
          s.waitFor(join);
          try (Graph graph = s.endCapture()) {
            graph.launch(s);
            s.synchronize();
          }
        }
      };

  @Test
  void withoutStreamOrdering_callsOfACaptureHaveNoOrder() {
    Lab newest = Lab.with(builder -> builder.ncclVersion(23007));
    newest.accepts(2, FORKS);
    Lab.with(
            builder ->
                builder
                    .ncclVersion(23007)
                    .environment(
                        Map.of(
                            "NCCL_GRAPH_STREAM_ORDERING", "0", "NCCL_GRAPH_MIXING_SUPPORT", "0")))
        .finds(MisuseKind.BUFFER_REUSE, 2, FORKS);
  }

  @Test
  void networkInterface_isOfTheFamily() {
    under("NCCL_SOCKET_IFNAME", "lo").accepts(2, rank -> rank.communicator().barrier());
    under("NCCL_SOCKET_IFNAME", "x").accepts(2, rank -> rank.communicator().barrier());
    assertThatThrownBy(
            () ->
                under("NCCL_SOCKET_IFNAME", "lo", "NCCL_SOCKET_FAMILY", "AF_INET6")
                    .accepts(2, rank -> rank.communicator().barrier()))
        .hasStackTraceContaining("no socket interface found: of eth0")
        .hasStackTraceContaining("NCCL_SOCKET_FAMILY=AF_INET6");
  }

  @Test
  void usedId_isTriedSoOftenAndSoLong() {
    for (String tries : new String[] {"3", "34"}) {
      Lab.with(
              builder ->
                  builder
                      .checks(CheckLevel.NONE)
                      .environment(Map.of("NCCL_SOCKET_RETRY_CNT", tries)))
          .accepts(
              1,
              RawLab.raw(
                  raw -> {
                    var id = raw.arena.allocate(128);
                    var slot = raw.arena.allocate(8);
                    assertThat(raw.abi.getUniqueId(id)).isZero();
                    assertThat(raw.abi.commInitRank(slot, 1, id, 0)).isZero();
                    long made = slot.get(java.lang.foreign.ValueLayout.JAVA_LONG, 0);
                    assertThat(raw.abi.commInitRank(slot, 1, id, 0))
                        .isEqualTo(ResultCode.REMOTE_ERROR.code());
                    assertThat(raw.abi.getLastError(0))
                        .contains(
                            tries.equals("3")
                                ? "refused 3 times in 0.3 s"
                                : "refused 34 times in 56.1 s");
                    assertThat(raw.abi.commDestroy(made)).isZero();
                  }));
    }
  }

  @Test
  void refusalsHaveNcclsWords() {
    under("NCCL_ALGO", "Tree", "NCCL_PROTO", "LL")
        .accepts(
            2,
            RawLab.raw(
                raw -> {
                  try (DeviceBuffer a = ints(raw.rank, 4)) {
                    long at = a.address();
                    long stream = raw.stream.handle();
                    int code = raw.abi.allGather(at, at, 1, INT, raw.comm, stream);
                    assertThat(code).isEqualTo(ResultCode.INVALID_USAGE.code());
                    assertThat(raw.abi.getLastError(0))
                        .contains("no algorithm/protocol available for function all_gather")
                        .contains("NCCL_ALGO was set to Tree. NCCL_PROTO was set to LL");
                    assertThat(raw.abi.groupStart()).isZero();
                    raw.abi.allReduce(at, at, 2, INT, SUM, raw.comm, stream);
                    raw.abi.allGather(at, at, 1, INT, raw.comm, stream);
                    assertThat(raw.abi.groupEnd()).isEqualTo(ResultCode.INVALID_USAGE.code());
                    assertThat(raw.abi.getLastError(0)).contains("no algorithm/protocol");
                  }
                }));
  }

  @Test
  void launchesThatWaitForTheirKernels() {
    RankProgram sums =
        rank -> {
          try (DeviceBuffer a = ints(rank, 4)) {
            rank.communicator().allReduce(a, ReduceOp.SUM);
            rank.communicator().defaultStream().synchronize();
          }
        };
    under("CUDA_LAUNCH_BLOCKING", "1").accepts(3, sums);
    RankProgram late =
        rank -> {
          try (DeviceBuffer a = ints(rank, 4)) {
            if (rank.rank() == 0) {
              rank.communicator().allReduce(a, ReduceOp.SUM);
              rank.processGroup().barrier(Duration.ofSeconds(9));
            } else {
              rank.processGroup().barrier(Duration.ofSeconds(9));
              rank.communicator().allReduce(a, ReduceOp.SUM);
            }
            rank.communicator().defaultStream().synchronize();
          }
        };
    PLAIN.accepts(2, late);
    assertThat(under("CUDA_LAUNCH_BLOCKING", "1").findings(2, late)).hasSize(1);
  }

  @Test
  void log_goesToTheFile(@TempDir Path folder) throws IOException {
    Path log = folder.resolve("log.%p");
    under("NCCL_DEBUG", "warn", "NCCL_DEBUG_FILE", log.toString())
        .accepts(
            1,
            RawLab.raw(
                raw -> {
                  int code = raw.abi.broadcast(0, 0, 1, INT, 9, raw.comm, raw.stream.handle());
                  assertThat(code).isEqualTo(ResultCode.INVALID_ARGUMENT.code());
                }));
    Path written = folder.resolve("log." + ProcessHandle.current().pid());
    assertThat(Files.readAllLines(written))
        .anyMatch(line -> line.startsWith("NCCL version 2.28.9"))
        .anyMatch(line -> line.startsWith("[0] NCCL WARN broadcast"));
  }

  @Test
  void file_saysWhatIsNotSet(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("conf"), "# of the site\nNCCL_ALGO=Tree\n");
    RankProgram gathers =
        rank -> {
          try (DeviceBuffer a = ints(rank, 4)) {
            rank.communicator().allGather(a.slice(rank.rank() * 2L, 2), a);
            rank.communicator().defaultStream().synchronize();
          }
        };
    assertThatThrownBy(() -> under("NCCL_CONF_FILE", file.toString()).accepts(2, gathers))
        .hasStackTraceContaining("NCCL_ALGO was set to Tree");
    under("NCCL_CONF_FILE", file.toString(), "NCCL_ALGO", "Ring").accepts(2, gathers);
    under("NCCL_CONF_FILE", folder.resolve("none").toString()).accepts(2, gathers);
  }

  @Test
  void malformedAlgorithms_makeCreationFail() {
    assertThatThrownBy(() -> under("NCCL_ALGO", "ring;tree").accepts(2, rank -> {}))
        .rootCause()
        .isInstanceOf(CollectiveException.class)
        .extracting(refused -> ((CollectiveException) refused).code())
        .isEqualTo(ResultCode.INVALID_USAGE);
  }
}
