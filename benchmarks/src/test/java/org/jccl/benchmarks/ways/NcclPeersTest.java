package org.jccl.benchmarks.ways;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jccl.benchmarks.bench.CoalescedBench;
import org.jccl.benchmarks.bench.NcclPeer;
import org.jccl.benchmarks.bench.Ratio;
import org.jccl.benchmarks.bench.Way;
import org.jccl.benchmarks.bench.WayBench;
import org.jccl.benchmarks.bench.WayPlan;
import org.jccl.benchmarks.bench.WayTimes;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other programs in turns with jccl; scripts that print what they print stand in for them. */
class NcclPeersTest {
  /** As nccl-tests 2.19 prints it, with {@code -c 0}. */
  private static final String PRINTED =
      """
      # nccl-tests version 2.19.6 nccl-headers=22809 nccl-library=22809
      # Collective test starting: all_reduce_perf
      #
      #                                                              out-of-place                       in-place
      #       size         count      type   redop    root     time   algbw   busbw  #wrong     time   algbw   busbw  #wrong
      #        (B)    (elements)                               (us)  (GB/s)  (GB/s)             (us)  (GB/s)  (GB/s)
                 8             2     float     sum      -1     6.41    0.00    0.00     N/A     6.32    0.00    0.00     N/A
              4096          1024     float     sum      -1     7.02    0.58    0.58     N/A     6.90    0.59    0.59     N/A
         134217728      33554432     float     sum      -1  4.7e+02  285.00  285.00     N/A   470.10  285.51  285.51     N/A
      # Out of bounds values : 0 OK
      """;

  @TempDir private Path folder;

  private Path script(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private void testProgram(String name) throws IOException {
    script(name, "#!/bin/sh\necho \"$@\" >> " + folder + "/called\ncat <<'E'\n" + PRINTED + "E\n");
  }

  /** Answers as nccl_peers.py does: torch is here and needs 20 and more, PyNccl is not. */
  private Path python() throws IOException {
    return script(
        "python",
        """
        #!/bin/sh
        while read -r name op sizes; do
          if [ "$name" = hello ]; then
            echo "here torch torch 2.11, NCCL 2.28.9"
            echo "missing pynccl nobody has named NCCL's library"
          elif [ "$op" = broadcast ]; then
            echo "#failed RuntimeError: out of memory"; continue
          else
            for each in $sizes; do echo "${each%%:*} 20.$((${each%%:*} % 10))"; done
          fi
          echo "#done"
        done
        """);
  }

  @Test
  void whatNcclTestsPrints_isRead() {
    assertThat(NcclTests.read(PRINTED))
        .containsEntry(8L, 6.41)
        .containsEntry(4096L, 7.02)
        .containsEntry(134_217_728L, 470.0)
        .hasSize(3);
  }

  @Test
  void sizes_takeOneRun_ifOneFactorReachesThem() {
    assertThat(NcclTests.sizes(List.of(8L, 64L, 512L)))
        .containsExactly(List.of("-b", "8", "-e", "512", "-f", "8"));
    assertThat(NcclTests.sizes(WayPlan.usualSizes(Long.MAX_VALUE)))
        .containsExactly(List.of("-b", "8", "-e", "536870912", "-f", "2"));
    assertThat(NcclTests.sizes(List.of(12L, 60L, 516L))).hasSize(3);
    assertThat(NcclTests.sizes(List.of(8L))).containsExactly(List.of("-b", "8", "-e", "8"));
  }

  @Test
  void whoIsMissing_isToldWithTheReason() throws Exception {
    try (NcclPeers peers = NcclPeers.find(2, null, folder, python())) {
      assertThat(peers.peers()).extracting(NcclPeer::name).containsExactly("torch.distributed");
      assertThat(peers.notes())
          .containsExactly(
              "nccl-tests is missing: there is no program all_reduce_perf in " + folder,
              "torch.distributed: torch 2.11, NCCL 2.28.9",
              "PyNccl's way is missing: nobody has named NCCL's library");
    }
    try (NcclPeers peers =
        NcclPeers.find(2, null, folder, script("broken", "#!/bin/sh\necho no >&2; exit 3\n"))) {
      assertThat(peers.peers()).isEmpty();
      assertThat(peers.notes()).anyMatch(line -> line.contains("ended before it had answered: no"));
    }
  }

  @Test
  void peersHaveTurnsInEachRound_andAreSetBesideTheWays() throws Exception {
    testProgram("all_reduce_perf");
    testProgram("broadcast_perf");
    StringWriter text = new StringWriter();
    List<String> failures = new ArrayList<>();
    try (NcclPeers peers = NcclPeers.find(2, null, folder, python());
        Simulator simulator = Simulator.builder().devices(2).build()) {
      List<String> names = peers.peers().stream().map(NcclPeer::name).toList();
      List<Way> ways = List.of(Way.DEFAULT, Way.DEFAULT.prepare());
      List<String> columns = new ArrayList<>(ways.stream().map(Way::name).toList());
      columns.addAll(names);
      WayTable table = new WayTable(new PrintWriter(text), (at, done, all) -> {}, 6, columns);
      WayPlan plan =
          new WayPlan(
              List.of(Workload.ofLabel("all_reduce"), Workload.ofLabel("broadcast")),
              List.of(8L, 64L, 4096L),
              ways,
              3,
              4096);
      WayBench.run(simulator.backend(), 2, plan, peers.peers(), table::row, failures::add);
      table.end();
      PeerRatios.print(table, names, new PrintWriter(text));
      assertThat(simulator.findings()).isEmpty();
      assertThat(peers.notes())
          .contains("nccl-tests: nccl-tests version 2.19.6 nccl-headers=22809 nccl-library=22809");
      assertThat(WayTable.find(table.rows().getFirst(), "nccl-tests").micros())
          .containsExactly(6.41, 6.41, 6.41);
      assertThat(WayTable.find(table.rows().get(1), "nccl-tests")).isNull();
      assertThat(WayTable.find(table.rows().get(1), "torch.distributed").micros())
          .containsExactly(20.4, 20.4, 20.4);
      assertThat(table.wrong()).isZero();
    }
    assertThat(failures)
        .containsExactly("torch.distributed, broadcast: RuntimeError: out of memory");
    assertThat(Files.readAllLines(folder.resolve("called")))
        .hasSize(6)
        .allMatch(line -> line.startsWith("-b 8 -e 4096 -f 8 -t 2 -g 1 -n 120"));
    assertThat(text.toString())
        .contains("# times as fast as nccl-tests", "# times as fast as torch.distributed")
        .contains("all_reduce up to 256 KiB, default:");
  }

  @Test
  void manySmallCalls_areMeasuredInAllForms() {
    List<WayTimes> all = new ArrayList<>();
    try (Simulator simulator = Simulator.builder().devices(2).build()) {
      CoalescedBench.Plan plan = new CoalescedBench.Plan(List.of(3), List.of(64L), true, 2, 0);
      assertThat(plan.ways())
          .hasSize(12)
          .startsWith("group", "coalesced", "coalesced, copied", "group, prepared")
          .endsWith("coalesced, copied, kernels, prepared");
      CoalescedBench.run(simulator.backend(), 2, plan, all::addAll);
      assertThat(simulator.findings()).isEmpty();
      assertThat(all).extracting(WayTimes::way).isEqualTo(plan.ways());
    }
  }

  @Test
  void aVerdict_isThatOfTheWholeInterval() {
    assertThat(PeerRatios.verdict(new Ratio(0.9, 0.88, 0.94))).isEqualTo("SLOWER");
    assertThat(PeerRatios.verdict(new Ratio(1.0, 0.97, 1.03))).isEqualTo("not slower");
    assertThat(PeerRatios.verdict(new Ratio(1.3, 1.2, 1.4))).isEqualTo("faster");
    assertThat(PeerRatios.verdict(new Ratio(0.97, 0.9, 1.1))).isEqualTo("not decided");
  }
}
