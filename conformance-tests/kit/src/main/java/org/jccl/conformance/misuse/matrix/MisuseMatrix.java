package org.jccl.conformance.misuse.matrix;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jccl.CheckLevel;
import org.jspecify.annotations.Nullable;

/** Runs every family over many schedules and says what falls short. */
public final class MisuseMatrix {
  /** What became of the programs of one family at one level. */
  private static final class Line {
    private int guilty;
    private int legal;
    private int found;
    private int kind;
    private int ranks;
    private int sites;
    private int quiet;
    private int alarms;
    private long millis;

    void add(boolean wrong, Judgement judged) {
      if (!wrong) {
        legal++;
        alarms += judged.isRight(false) ? 0 : 1;
        return;
      }
      guilty++;
      found += judged.found() ? 1 : 0;
      kind += judged.kind() ? 1 : 0;
      ranks += judged.ranks() ? 1 : 0;
      sites += judged.sites() ? 1 : 0;
      quiet += judged.quiet() ? 1 : 0;
    }

    String cells() {
      return Stream.of(found, kind, ranks, sites)
              .map(right -> share(right, guilty))
              .reduce("", (all, cell) -> all + cell + " | ")
          + (found - quiet)
          + " | "
          + alarms
          + " | "
          + millis;
    }

    private static String share(int right, int all) {
      return right == all ? "all" : "%.1f %%".formatted(Math.floor(1000.0 * right / all) / 10);
    }
  }

  private final List<Family> families;
  private final List<@Nullable Long> seeds = new ArrayList<>();
  private final List<CheckLevel> levels;
  private final List<Trial> fallen = new ArrayList<>();
  private final Map<String, Judgement> judgements = new LinkedHashMap<>();
  private final Map<String, Line> lines = new LinkedHashMap<>();

  /**
   * @param only rules or words that families must have in their names; all if there are none
   * @param seeds number of random schedules, besides the one in order of arrival
   * @param levels how much the simulator checks
   */
  public MisuseMatrix(Collection<String> only, int seeds, List<CheckLevel> levels) {
    this.families =
        Families.all().stream()
            .filter(
                family -> only.isEmpty() || only.stream().anyMatch(family.label()::contains))
            .toList();
    this.levels = List.copyOf(levels);
    this.seeds.add(null);
    for (long seed = 1; seed <= seeds; seed++) {
      this.seeds.add(seed);
    }
  }

  /** Runs all; {@code told} hears the first program of each family that falls short. */
  public void run(PrintStream told) throws InterruptedException {
    for (Family family : families) {
      for (CheckLevel level : levels) {
        Line line = lines.computeIfAbsent(family.label() + " | " + level, any -> new Line());
        String said = "";
        long start = System.nanoTime();
        for (Axes axes : family.points()) {
          for (boolean wrong : new boolean[] {true, false}) {
            said += run(new Trial(family, axes, wrong, null, level), line, said, told);
          }
        }
        line.millis = (System.nanoTime() - start) / 1_000_000;
      }
    }
  }

  private String run(Trial first, Line line, String said, PrintStream told)
      throws InterruptedException {
    for (Long seed : seeds) {
      Trial trial =
          new Trial(first.family(), first.axes(), first.wrong(), seed, first.checks());
      Judgement judged = trial.judge();
      line.add(trial.wrong(), judged);
      if (!judged.isRight(trial.wrong())) {
        fallen.add(trial);
        String what = trial.wrong() ? judged.shortcomings() : "alarm";
        judgements.putIfAbsent(trial.toString(), judged);
        if (!said.contains("<" + what + ">")) {
          told.println(trial + ": " + what + ": " + judged.got());
          return "<" + what + ">";
        }
      }
    }
    return "";
  }

  /** The programs that fell short, in order. */
  public List<String> shortcomings() {
    return List.copyOf(judgements.keySet());
  }

  /** The table, as a page. */
  public String page() {
    StringBuilder text =
        new StringBuilder(
            """
            | misuse | checks | found | right kind | right ranks | lines of both sides | noise | false alarms |
            |---|---|---|---|---|---|---|---|
            """);
    lines.forEach(
        (label, line) -> text.append("| ").append(label).append(" | ").append(line.cells()).append(" |\n"));
    return text.toString();
  }

  /** {@code [SEEDS [LEVEL [RULE …]]]}. */
  public static void main(String[] args) throws InterruptedException {
    int seeds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
    List<CheckLevel> levels =
        args.length > 1 && !args[1].equals("BOTH")
            ? List.of(CheckLevel.valueOf(args[1]))
            : List.of(CheckLevel.DEFAULT, CheckLevel.FULL);
    List<String> only = args.length > 2 ? List.of(args).subList(2, args.length) : List.of();
    MisuseMatrix matrix = new MisuseMatrix(only, seeds, levels);
    matrix.run(System.out);
    System.out.println(matrix.page());
  }
}
