package org.jccl.conformance.misuse;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jccl.conformance.harness.ChildJvm;
import org.jccl.conformance.harness.RunScreen;
import org.jspecify.annotations.Nullable;

/**
 * Runs misuses and their neighbours on a subject and writes down what happens, a line at once for
 * each, so that a survey that was cut off goes on where it stopped.
 *
 * <p>On GPUs every misuse has a process of its own, which is ended by force; after each one that
 * may have hurt, an all-reduce of two ranks in another process shows that the GPUs still answer.
 */
public final class MisuseSurvey {
  /** All asked for was run. */
  public static final int OK = 0;

  /** The GPUs no longer answer. */
  public static final int UNHEALTHY = 1;

  private static final Duration START = Duration.ofSeconds(8);
  private static final Duration PER_NEIGHBOUR = Duration.ofSeconds(4);
  private static final Duration PER_MISUSE = Duration.ofSeconds(14);
  private static final int HEALTH_EVERY = 5;

  private final MisuseSubject subject;
  private final MisuseTable table;
  private final RunScreen out;
  private int done;
  private int total;
  private int sinceHealth;

  /** A survey of {@code subject} whose table lies in {@code folder}. */
  public MisuseSurvey(MisuseSubject subject, Path folder, RunScreen out) {
    this.subject = subject;
    this.table = MisuseTable.of(folder, subject);
    this.out = out;
  }

  /**
   * The rows that two options mean: all without them.
   *
   * @param from the first of them, or null
   * @param only their ids with commas between, or null
   * @throws IllegalArgumentException if there is no such row
   */
  public static List<MisuseCase> rows(@Nullable String from, @Nullable String only) {
    List<MisuseCase> rows = new ArrayList<>();
    if (only != null) {
      for (String id : only.split(",")) {
        rows.add(MisuseCases.byId(id.strip()));
      }
      return rows;
    }
    String first = from == null ? "" : MisuseCases.byId(from).id();
    MisuseCases.all().stream().filter(row -> row.id().compareTo(first) >= 0).forEach(rows::add);
    return rows;
  }

  /**
   * Runs those of {@code rows} that the table lacks: all neighbours first, then the misuses.
   *
   * @param again whether to run those that it has, too
   * @return {@link #OK} or {@link #UNHEALTHY}
   */
  public int run(List<MisuseCase> rows, boolean again) throws IOException, InterruptedException {
    List<MisuseCase> neighbours = again ? rows : lacking(rows, MisuseCase.Part.NEIGHBOUR);
    List<MisuseCase> misuses = again ? rows : lacking(rows, MisuseCase.Part.MISUSE);
    out.printf(
        "%s: %s and %s to run, into %s%n",
        subject.label(),
        count(neighbours.size(), "neighbour"),
        count(misuses.size(), "misuse"),
        table);
    total = neighbours.size() + misuses.size();
    out.at("starting", 0, total);
    if (subject == MisuseSubject.SIM) {
      for (MisuseCase row : rows) {
        for (MisuseCase.Part part : MisuseCase.Part.values()) {
          if ((part == MisuseCase.Part.MISUSE ? misuses : neighbours).contains(row)) {
            keep(MisuseProcess.verdict(subject, row, part, line -> {}));
          }
        }
      }
      return OK;
    }
    runNeighbours(neighbours);
    return runMisuses(misuses);
  }

  private static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private List<MisuseCase> lacking(List<MisuseCase> rows, MisuseCase.Part part) throws IOException {
    List<MisuseCase> lacking = new ArrayList<>();
    for (MisuseCase row : rows) {
      boolean known =
          table
              .last(row.id(), part)
              .filter(last -> !last.outcome().equals("not there"))
              .isPresent();
      if (!known) {
        lacking.add(row);
      }
    }
    return lacking;
  }

  private void keep(MisuseVerdict verdict) throws IOException {
    table.append(verdict);
    out.at(verdict.id(), ++done, total);
    out.printf(
        "%s %-9s %-24s %5d ms  %s%n",
        verdict.id(),
        verdict.part().label(),
        verdict.outcome(),
        verdict.millis(),
        verdict.detail().length() > 100 ? verdict.detail().substring(0, 100) : verdict.detail());
  }

  // ---------------------------------------------------------------- throw-away processes

  /** They are legal, so they share a process; one that ends it is noted and left out. */
  private void runNeighbours(List<MisuseCase> rows) throws IOException, InterruptedException {
    List<MisuseCase> left = new ArrayList<>(rows);
    while (!left.isEmpty()) {
      Duration limit = START.plus(PER_NEIGHBOUR.multipliedBy(left.size()));
      List<MisuseVerdict> verdicts = inProcess(left, MisuseCase.Part.NEIGHBOUR, limit);
      for (MisuseVerdict verdict : verdicts) {
        keep(verdict);
        left.removeIf(row -> row.id().equals(verdict.id()));
      }
      if (verdicts.isEmpty()) {
        throw new IllegalStateException("the neighbours' process told nothing");
      }
    }
  }

  private int runMisuses(List<MisuseCase> rows) throws IOException, InterruptedException {
    for (MisuseCase row : rows) {
      MisuseVerdict verdict = inProcess(List.of(row), MisuseCase.Part.MISUSE, PER_MISUSE).getLast();
      keep(verdict);
      sinceHealth++;
      if ((verdict.isViolent() || sinceHealth >= HEALTH_EVERY) && !isHealthy()) {
        out.println(out.colors().bad("the GPUs no longer answer after " + row.id() + ": stopped"));
        return UNHEALTHY;
      }
    }
    return OK;
  }

  private boolean isHealthy() throws IOException, InterruptedException {
    sinceHealth = 0;
    if (subject != MisuseSubject.NCCL) {
      return true;
    }
    MisuseCase allReduce = MisuseCases.all().getFirst();
    for (int attempt = 0; attempt < 2; attempt++) {
      MisuseVerdict verdict =
          inProcess(List.of(allReduce), MisuseCase.Part.NEIGHBOUR, PER_MISUSE).getLast();
      if (verdict.outcome().equals("right data")) {
        return true;
      }
      out.println("health check: " + verdict.outcome() + ": " + verdict.detail());
    }
    return false;
  }

  private List<MisuseVerdict> inProcess(List<MisuseCase> rows, MisuseCase.Part part, Duration limit)
      throws IOException, InterruptedException {
    List<String> args = new ArrayList<>();
    args.add(subject.label());
    rows.forEach(row -> args.add(row.id() + "/" + part.label()));
    ChildJvm.Result result =
        ChildJvm.of(MisuseProcess.class)
            .args(args)
            .options("-XX:TieredStopAtLevel=1")
            .environment(Map.of("NCCL_DEBUG", "WARN"))
            .run(limit);
    return verdicts(rows, part, result);
  }

  /** The verdicts that a child told, and one on the program that ended it. */
  private static List<MisuseVerdict> verdicts(
      List<MisuseCase> rows, MisuseCase.Part part, ChildJvm.Result result) {
    List<MisuseVerdict> verdicts = new ArrayList<>();
    String begun = rows.getFirst().id();
    boolean open = true;
    List<String> heard = new ArrayList<>();
    for (String line : result.lines()) {
      String words = line.startsWith(MisuseProcess.MARK) ? line.substring(3) : "";
      if (words.startsWith("begin ")) {
        begun = words.substring(6).split("/")[0];
        open = true;
        heard.clear();
      } else if (words.startsWith("end ")) {
        verdicts.add(MisuseVerdict.ofLine(words.substring(4)));
        open = false;
      } else {
        heard.add(words.isEmpty() ? line : words);
      }
    }
    boolean missing = verdicts.size() < rows.size() && (open || verdicts.isEmpty());
    if (missing) {
      verdicts.add(
          new MisuseVerdict(begun, part, ending(result), lastWords(heard), result.millis(), false));
    }
    return verdicts;
  }

  private static String ending(ChildJvm.Result result) {
    if (result.killed()) {
      return "hang (killed)";
    }
    return "crash (" + result.ending() + ")";
  }

  /** What can explain a crash: the last notes, and the JVM's frame. */
  private static String lastWords(List<String> heard) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < heard.size(); i++) {
      if (heard.get(i).contains("Problematic frame") && i + 1 < heard.size()) {
        words.add(heard.get(i + 1).replace("#", "").strip());
      }
    }
    List<String> notes =
        heard.stream()
            .filter(line -> line.startsWith("call ") || line.startsWith("code "))
            .toList();
    notes.subList(Math.max(0, notes.size() - 6), notes.size()).forEach(words::add);
    return String.join("; ", words);
  }
}
