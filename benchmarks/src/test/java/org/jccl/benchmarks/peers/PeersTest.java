package org.jccl.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jccl.benchmarks.peers.PeerSubject.Family;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersTest {
  @TempDir private Path folder;

  @Test
  void missingPeers_areALineEach_thatSaysWhatToInstall() throws Exception {
    List<String> notes = new ArrayList<>();
    Peers peers = new Peers(folder, List.of(), notes::add);
    assertThat(peers.prepare(Peers.wanted("auto"))).isEmpty();
    assertThat(peers.latencyProbe()).isEmpty();
    assertThat(notes)
        .hasSize(4)
        .allMatch(note -> note.contains("not found, skipped: install") && note.lines().count() == 1)
        .anyMatch(note -> note.contains("Open MPI") && note.contains("libopenmpi-dev"))
        .anyMatch(note -> note.contains("Gloo") && note.contains("libgloo-dev"));
  }

  @Test
  void words_chooseFamilies() {
    assertThat(Peers.wanted("none")).isEmpty();
    assertThat(Peers.wanted("auto")).hasSize(4).doesNotContain(Family.JCCL);
    assertThat(Peers.wanted("gloo,limit")).isEqualTo(EnumSet.of(Family.GLOO, Family.LIMIT));
    assertThatThrownBy(() -> Peers.wanted("gloo,ucc"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'ucc'")
        .hasMessageContaining("openmpi,mpich,gloo,limit");
  }

  @Test
  void moreRanksThanCores_areMarkedForOpenMpi_andShortForMpich() {
    int processors = Runtime.getRuntime().availableProcessors();
    Task task = new Task(PeerOperation.ALL_REDUCE, processors + 1, List.of(8L, 1L << 20), 5);
    PeerSubject open = PeerSubjects.openMpi("mpirun", Path.of("peer")).getFirst();
    assertThat(open.command().apply(task))
        .containsSequence("--oversubscribe", "--mca", "mpi_yield_when_idle", "1")
        .endsWith("openmpi:default", "allreduce", "" + (processors + 1), "8,1048576", "1", "5");
    assertThat(open.part(task, 2, processors).sizes()).hasSize(2);
    PeerSubject mpich = PeerSubjects.mpich("mpirun", Path.of("peer")).getFirst();
    assertThat(mpich.command().apply(task)).doesNotContain("-bind-to");
    assertThat(mpich.part(task, 0, processors).sizes()).containsExactly(8L);
    assertThat(mpich.part(task, 1, processors).sizes()).isEmpty();
  }

  @Test
  void child_thatDoesNotEnd_isStoppedWithItsChildren() throws Exception {
    List<String> command = List.of("/bin/sh", "-c", "echo here; sleep 600 & echo $!; wait");
    Child.Outcome outcome = Child.run(command, Map.of(), folder, Duration.ofSeconds(1));
    assertThat(outcome.failure()).isEqualTo("stopped after 1 s");
    List<String> lines = outcome.output().lines().toList();
    assertThat(lines.getFirst()).isEqualTo("here");
    ProcessHandle.of(Long.parseLong(lines.getLast()))
        .ifPresent(grandchild -> grandchild.onExit().orTimeout(30, TimeUnit.SECONDS).join());
  }

  @Test
  void child_thatFails_saysWhy() throws Exception {
    List<String> command = List.of("/bin/sh", "-c", "echo no such thing >&2; exit 3");
    Child.Outcome outcome = Child.run(command, Map.of(), folder, Duration.ofSeconds(30));
    assertThat(outcome.failure()).isEqualTo("exit code 3: no such thing");
  }

  @Test
  void processorTime_isReadFromTheSystemsLines() {
    assertThat(CpuClock.busy("cpu  10 20 30 1000 2000 1 2 3 4 5")).isEqualTo(66);
    assertThat(CpuClock.own("7 (a) b) R 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15")).isEqualTo(50);
    CpuClock before = new CpuClock(0, 100, 10);
    CpuClock after = new CpuClock(1_000_000_000L, 250, 110);
    assertThat(after.othersSince(before, 2)).isEqualTo(0.25);
    assertThat(new CpuClock(5, -1, 0).othersSince(before, 2)).isNaN();
  }
}
