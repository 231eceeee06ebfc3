package org.jccl.conformance.misuse.matrix;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jccl.CheckLevel;
import org.jccl.conformance.harness.RunScreen;
import org.jspecify.annotations.Nullable;

/** Runs every family over many schedules and says what falls short. */
public final class MisuseMatrix {
  /** What became of the programs of one family at one level. */
  private static final class Line {
    private static final int RUNS = 0;
    private static final int FOUND = 1;
    private static final int KIND = 2;
    private static final int RANKS = 3;
    private static final int SITES = 4;
    private static final int NOISE = 5;
    private static final int ALARMS = 6;

    private final int[] counts = new int[ALARMS + 1];
    private int programs;

    void add(boolean wrong, Judgement judged) {
      if (wrong) {
        count(RUNS, true);
        count(FOUND, judged.found());
        count(KIND, judged.kind());
        count(RANKS, judged.ranks());
        count(SITES, judged.sites());
        count(NOISE, judged.found() && !judged.quiet());
      } else {
        count(ALARMS, !judged.isRight(false));
      }
    }

    private void count(int what, boolean holds) {
      counts[what] += holds ? 1 : 0;
    }

    void add(Line other) {
      programs += other.programs;
      Arrays.setAll(counts, i -> counts[i] + other.counts[i]);
    }

    String cells() {
      StringBuilder text = new StringBuilder().append(programs);
      for (int what = FOUND; what <= SITES; what++) {
        text.append(" | ").append(share(counts[what], counts[RUNS]));
      }
      return text + " | " + counts[NOISE] + " | " + counts[ALARMS];
    }

    private static String share(int right, int all) {
      return right == all ? "all" : "%.1f %%".formatted(Math.floor(1000.0 * right / all) / 10);
    }
  }

  private final List<Family> families;
  private final List<@Nullable Long> seeds = new ArrayList<>();
  private final int more;
  private final List<CheckLevel> levels;
  private final Set<String> shortcomings = new TreeSet<>();
  private final Map<String, Line> lines = new LinkedHashMap<>();

  /**
   * @param only rules or words that families must have in their names; all if there are none
   * @param seeds number of random schedules, besides the one in order of arrival
   * @param more programs of each family with any axes, besides those that it always has
   * @param levels how much the simulator checks
   */
  public MisuseMatrix(Collection<String> only, int seeds, int more, List<CheckLevel> levels) {
    this.families =
        Families.all().stream()
            .filter(family -> only.isEmpty() || only.stream().anyMatch(family.label()::contains))
            .toList();
    this.more = more;
    this.levels = List.copyOf(levels);
    this.seeds.add(null);
    for (long seed = 1; seed <= seeds; seed++) {
      this.seeds.add(seed);
    }
  }

  /**
   * Runs all.
   *
   * @param told hears of the first program for each way to fall short
   * @param steps hears of each family
   */
  public void run(Consumer<String> told, RunScreen.Steps steps) throws InterruptedException {
    int done = 0;
    for (Family family : families) {
      steps.at(family.label(), done++, families.size());
      for (CheckLevel level : levels.stream().filter(family::isFoundAt).toList()) {
        Line line = lines.computeIfAbsent(family.label() + " | " + level, any -> new Line());
        Set<String> said = new HashSet<>();
        List<Axes> points = new ArrayList<>(family.points());
        points.addAll(family.morePoints(points.size(), more));
        for (Axes axes : points) {
          line.programs++;
          for (Long seed : seeds) {
            run(new Trial(family, axes, true, seed, level), line, said, told);
            run(new Trial(family, axes, false, seed, level), line, said, told);
          }
        }
      }
    }
  }

  private void run(Trial trial, Line line, Set<String> said, Consumer<String> told)
      throws InterruptedException {
    Judgement judged = trial.judge();
    line.add(trial.wrong(), judged);
    for (String what : judged.shortcomings(trial.wrong())) {
      shortcomings.add(trial.family().label() + ": " + what);
      if (said.add(what)) {
        Trial least = trial.shrunk(what);
        told.accept(least + ": " + what + ": " + least.judge().got());
      }
    }
  }

  /**
   * What falls short, a line for each family and way: {@code SIM-01 count: sites}. The ways are
   * missed, kind, ranks, sites, noise and alarm.
   */
  public Set<String> shortcomings() {
    return Collections.unmodifiableSet(shortcomings);
  }

  /** The table, as a page. */
  public String page() {
    StringBuilder text =
        new StringBuilder(
            """
            # The misuse matrix

            Each family is one way to misuse NCCL, as guilty programs and the legal neighbour of each: with two
            ranks and more, on children, on a second stream, in a group, captured, with other operations. Every
            program ran in order of arrival and with %d seeds. A cell says in how many runs that was right; noise
            and false alarms are numbers of runs. A report is right if it is the first one, of the right kind,
            names the guilty and nobody else, and shows the lines of both sides.
            `./jccl misuse --matrix` makes this page.

            | misuse | checks | programs | found | right kind | right ranks | lines of both sides | noise | false alarms |
            |---|---|---|---|---|---|---|---|---|
            """
                .formatted(seeds.size() - 1));
    lines.forEach(
        (label, line) ->
            text.append("| ").append(label).append(" | ").append(line.cells()).append(" |\n"));
    for (CheckLevel level : levels) {
      Line sum = new Line();
      lines.forEach(
          (label, line) -> {
            if (label.endsWith(" " + level)) {
              sum.add(line);
            }
          });
      text.append("| all | ").append(level).append(" | ").append(sum.cells()).append(" |\n");
    }
    return text.toString();
  }
}
