package org.jccl.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jccl.benchmarks.peers.PeerComparison.Row;
import org.jccl.benchmarks.peers.PeerComparison.Verdict;
import org.jccl.benchmarks.peers.PeerSubject.Family;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final long SIZE = 8 << 20;

  private static Turn turn(String subject, int round, double micros) {
    PeerSample sample = new PeerSample(subject, "allreduce", 2, SIZE, micros, 10, 0);
    return new Turn(subject, round, "run " + subject, "", 1, 0.5, List.of(sample));
  }

  private static PeerResults results(List<Turn> turns) {
    Turn types =
        new Turn(
            "jccl:types",
            0,
            "",
            "",
            1,
            Double.NaN,
            List.of(
                new PeerSample("jccl:types", "FLOAT32", 2, 4096, 2, 10, 0),
                new PeerSample("jccl:types", "FLOAT16", 2, 4096, 12, 10, 0)));
    Turn scale =
        new Turn(
            "jccl:scale",
            0,
            "",
            "",
            1,
            0,
            List.of(new PeerSample("jccl:scale", "allreduce", 1024, 4096, 10_000, 100, 2500)));
    PeerPlan plan =
        PeerPlan.quick().of(List.of(PeerOperation.ALL_REDUCE), List.of(2), List.of(SIZE));
    return new PeerResults(
        "now",
        "jccl <x>",
        Map.of("Processor", "a & b"),
        plan,
        List.of("Gloo not found, skipped: install libgloo-dev"),
        List.of(),
        turns,
        List.of(types),
        List.of(scale));
  }

  private static List<Turn> rounds() {
    List<Turn> turns = new ArrayList<>();
    double[] jccl = {100, 900, 120};
    double[] plain = {500, 450, 480};
    double[] tuned = {390, 300, 360};
    for (int round = 0; round < 3; round++) {
      turns.add(turn("openmpi:default", round, plain[round]));
      turns.add(turn("jccl:default", round, jccl[round]));
      turns.add(turn("openmpi:seg", round, tuned[round]));
      turns.add(turn("mpich:default", round, 420));
      turns.add(turn("limit:default", round, 100));
    }
    return turns;
  }

  @Test
  void row_holdsMediansAndTheBestVariant() {
    Row row = PeerComparison.rows(results(rounds())).getFirst();
    assertThat(row.jccl()).isEqualTo(new PeerComparison.Time("default", 120, 100, 900));
    assertThat(row.time(Family.OPEN_MPI, "default").micros()).isEqualTo(480);
    assertThat(row.best(Family.OPEN_MPI)).isEqualTo(new PeerComparison.Time("seg", 360, 300, 390));
    assertThat(row.best(Family.GLOO)).isNull();
    assertThat(row.ratio()).hasValue(3);
    assertThat(row.againstPeers()).isEqualTo(Verdict.MET);
    assertThat(row.overLimit()).hasValue(1.2);
    assertThat(row.againstLimit()).isEqualTo(Verdict.MET);
  }

  @Test
  void oneFasterPeer_isEnoughToMissTheBar() {
    List<Turn> turns = rounds();
    turns.add(turn("gloo:hd", 0, 119));
    Row row = PeerComparison.rows(results(turns)).getFirst();
    assertThat(row.againstPeers()).isEqualTo(Verdict.MISSED);
  }

  @Test
  void withoutPeers_thereIsNoVerdict() {
    Row row = PeerComparison.rows(results(List.of(turn("jccl:default", 0, 5)))).getFirst();
    assertThat(row.ratio()).isEmpty();
    assertThat(row.againstPeers()).isEqualTo(Verdict.NONE);
    assertThat(row.againstLimit()).isEqualTo(Verdict.NONE);
  }

  @Test
  void theSimulatorsOtherWays_areNoPeers_andDoNotCount() {
    List<Turn> turns = List.of(turn("jccl:default", 0, 5), turn("jccl:enqueued", 0, 1));
    assertThat(PeerComparison.rows(results(turns)).getFirst().ratio()).isEmpty();
  }

  @Test
  void typesAndScale_areHeldAgainstTheirBars() {
    var slow = PeerComparison.types(results(rounds())).getLast();
    assertThat(slow.type()).isEqualTo("FLOAT16");
    assertThat(slow.slowdown()).isEqualTo(3); // twice the elements in six times the time
    assertThat(slow.verdict()).isEqualTo(Verdict.MISSED);
    var point = PeerComparison.scale(results(rounds())).getFirst();
    assertThat(point.seconds()).isEqualTo(1);
    assertThat(point.openSeconds()).isEqualTo(2.5);
    assertThat(point.verdict()).isEqualTo(Verdict.MET);
  }

  @Test
  void report_saysItInAllForms() throws Exception {
    Map<String, String> files = PeerReport.files(results(rounds()));
    assertThat(files.get("report.txt"))
        .contains("360.0 (seg)", ">= 1 met", "<= 1.25 met", "Gloo not found", "1 met, 0 missed");
    assertThat(files.get("report.html"))
        .contains("a &amp; b", "360.0 (seg)", "≥ 1 met", "1 of 1", "<svg")
        .doesNotContain("{{", "src=", "http://www.example");
    Map<String, Object> json = JSON.std.mapFrom(files.get("report.json"));
    assertThat(json).containsEntry("command", "jccl <x>").containsKeys("turns", "comparison");
    assertThat((List<?>) json.get("turns")).hasSize(17);
  }
}
