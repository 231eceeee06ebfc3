package org.jccl.benchmarks.ways;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.jccl.benchmarks.bench.Ratio;
import org.jccl.benchmarks.bench.Way;
import org.jccl.benchmarks.bench.WayPlan;
import org.jccl.benchmarks.bench.WayTimes;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.config.TuningChoice;
import org.jccl.config.TuningTable;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaysTest {
  @TempDir private Path folder;

  private static WayTimes times(String way, double... micros) {
    return new WayTimes("all_reduce", 8, way, micros, 0);
  }

  /** A host with two states, which the rounds meet in turns. */
  private static double[] twoStates(double factor, int shift) {
    return DoubleStream.iterate(0, i -> i + 1)
        .limit(14)
        .map(i -> ((i + shift) % 3 == 0 ? 10.5 : 6.5) * factor + 0.01 * i)
        .toArray();
  }

  /** Rounds of a machine of one's own, of a shared one, and of one that is busy for some rounds. */
  private enum Noise {
    EVEN,
    BURSTS,
    DRIFT;

    double[] micros(Random random, double base, int rounds) {
      double[] micros = new double[rounds];
      double load = random.nextGaussian() / 5;
      for (int i = 0; i < rounds; i++) {
        load = 0.8 * load + 0.12 * random.nextGaussian();
        double slower =
            switch (this) {
              case EVEN -> Math.exp(0.1 * random.nextGaussian());
              case BURSTS -> 1 + (random.nextInt(10) < 3 ? 3 * random.nextDouble() : 0);
              case DRIFT -> Math.exp(Math.abs(load));
            };
        micros[i] = base * slower * Math.exp(0.03 * random.nextGaussian());
      }
      return micros;
    }
  }

  @ParameterizedTest
  @CsvSource({"EVEN, 0.05, 0.95", "BURSTS, 0.05, 0.2", "DRIFT, 0.1, 0.35"})
  void of14UnchangedLines_hardlyOneIsCalledSlower(Noise noise, double mostWrong, double found) {
    int lines = 14;
    int rounds = 14;
    int comparisons = 300;
    Random random = new Random(5);
    int wrong = 0;
    int right = 0;
    for (int i = 0; i < comparisons; i++) {
      Set<WayVerdict.Verdict> said = EnumSet.noneOf(WayVerdict.Verdict.class);
      for (int line = 0; line < lines; line++) {
        WayTimes before = times("tuned", noise.micros(random, 10, rounds));
        said.add(WayVerdict.of(before, times("tuned", noise.micros(random, 10, rounds)), lines));
      }
      wrong += said.size() > 1 ? 1 : 0;
      WayTimes before = times("tuned", noise.micros(random, 10, rounds));
      WayTimes half = times("tuned", noise.micros(random, 15, rounds));
      right += WayVerdict.of(before, half, lines) == WayVerdict.Verdict.SLOWER ? 1 : 0;
    }
    assertThat((double) wrong / comparisons).isLessThanOrEqualTo(mostWrong);
    assertThat((double) right / comparisons).isGreaterThanOrEqualTo(found);
  }

  @Test
  void aRatio_hasAnIntervalThatHoldsIt() {
    Ratio ratio = Ratio.of(twoStates(1, 0), twoStates(0.5, 1));
    assertThat(ratio.value()).isBetween(ratio.low(), ratio.high()).isBetween(1.8, 2.2);
    assertThat(Ratio.mean(2, 8)).isEqualTo(4);
  }

  @Test
  void aVerdict_respectsTheStatesOfTheHost() {
    WayTimes before = times("tuned", twoStates(1, 0));
    assertThat(WayVerdict.of(before, times("tuned", twoStates(1, 1)), 1))
        .isEqualTo(WayVerdict.Verdict.SAME);
    assertThat(WayVerdict.of(before, times("tuned", twoStates(3, 1)), 1))
        .isEqualTo(WayVerdict.Verdict.SLOWER);
    assertThat(WayVerdict.of(before, times("tuned", twoStates(0.3, 1)), 1))
        .isEqualTo(WayVerdict.Verdict.FASTER);
  }

  /** Another program beside it takes the processor in two of three rounds. */
  @Test
  void aVerdict_isNotThatOfAnotherProgramsLoad() {
    WayTimes before = times("default", twoStates(1, 0));
    double[] loaded = twoStates(1, 1);
    for (int i = 0; i < loaded.length; i++) {
      loaded[i] *= i % 3 == 0 ? 1 : 4;
    }
    assertThat(WayVerdict.of(before, times("default", loaded), 1))
        .isEqualTo(WayVerdict.Verdict.SAME);
  }

  @Test
  void intervalsOfManyLines_areWider() {
    Ratio alone = Ratio.of(twoStates(1, 0), twoStates(1, 1));
    Ratio oneOfMany = Ratio.of(twoStates(1, 0), twoStates(1, 1), 100);
    assertThat(oneOfMany.low()).isLessThan(alone.low());
    assertThat(oneOfMany.high()).isGreaterThan(alone.high());
  }

  @Test
  void aReport_isWrittenReadAndCompared() throws Exception {
    Path file = folder.resolve("rounds.json");
    WayReport report =
        new WayReport(
            "a machine", "now", "jccl bench", List.of(times("default", 1.5, 2.25)), List.of());
    report.write(file);
    WayReport read = WayReport.read(file);
    assertThat(read.times().getFirst().micros()).containsExactly(1.5, 2.25);
    StringWriter text = new StringWriter();
    assertThat(WayVerdict.print(report, read, new PrintWriter(text))).isZero();
    assertThat(text.toString()).contains("1 line compared: 0 slower");
    Files.writeString(file, "{\"format\": \"other\"}");
    assertThatThrownBy(() -> WayReport.read(file))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("line 1");
  }

  @Test
  void allWays_areMeasuredAndRight() {
    List<WayTimes> all = new ArrayList<>();
    List<TuningTable.Entry> chosen = new ArrayList<>();
    try (Simulator simulator = Simulator.builder().devices(2).build()) {
      WayPlan plan =
          new WayPlan(
              List.of(Workload.ofLabel("all_reduce"), Workload.ofLabel("broadcast")),
              List.of(8L, 4096L),
              TuneRun.candidates(22809),
              2,
              4096);
      TuningTable.Entry entry =
          TuneRun.run(simulator.backend(), 2, plan, "none", all::addAll, chosen::add);
      assertThat(chosen).hasSize(4).last().isEqualTo(entry);
      assertThat(entry.choice().times()).hasSize(4);
      assertThat(simulator.findings()).isEmpty();
    }
    assertThat(all).hasSize(4 * 16).allMatch(each -> each.wrong() == 0);
  }

  @Test
  void theFastestCandidate_isChosen_unlessItGainsNothing() {
    TuningChoice wide = new TuningChoice(32, true, "candidate", List.of());
    Way way = new Way(wide.words(), wide, false, false);
    List<Way> ways = List.of(Way.DEFAULT, Way.DEFAULT.prepare(), way, way.prepare());
    assertThat(TuneRun.choose(ways, of(ways, 10, 4, 8, 3)).words())
        .isEqualTo("32 thread blocks, windows");
    assertThat(TuneRun.choose(ways, of(ways, 10, 4, 10, 4)).isNone()).isTrue();
  }

  private static List<WayTimes> of(List<Way> ways, double... micros) {
    List<WayTimes> times = new ArrayList<>();
    for (int i = 0; i < micros.length; i++) {
      times.add(times(ways.get(i).name(), micros[i]));
    }
    return times;
  }

  @Test
  void windows_areNoCandidatesWhereAveragesInThemFail() {
    assertThat(TuneRun.candidates(23007)).noneMatch(way -> way.choice().windows());
    assertThat(TuneRun.candidates(22809)).anyMatch(way -> way.choice().windows());
  }
}
