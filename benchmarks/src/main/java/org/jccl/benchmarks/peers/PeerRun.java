package org.jccl.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jccl.benchmarks.machine.Machine;
import org.jccl.benchmarks.machine.ProgramVersion;
import org.jccl.benchmarks.peers.PeerSubject.Family;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.jccl.file.TemporaryFolder;

/**
 * Measures the simulator and its peers in turns: for an operation and a number of ranks everybody
 * is measured within a minute or two, round after round, because a shared machine changes its speed
 * within minutes. The peers' programs are started for each turn; the simulator's JVM stays, warm.
 */
public final class PeerRun {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private final PeerPlan plan;
  private final Set<Family> wanted;
  private final String command;
  private final List<Path> searchPath;
  private final Consumer<String> progress;
  private final List<String> notes = new ArrayList<>();
  private final List<List<Double>> latency = new ArrayList<>();

  private PeerRun(
      PeerPlan plan,
      Set<Family> wanted,
      String command,
      List<Path> searchPath,
      Consumer<String> progress) {
    this.plan = plan;
    this.wanted = wanted;
    this.command = command;
    this.searchPath = searchPath;
    this.progress = progress;
  }

  /**
   * A run beside {@code peers}.
   *
   * @param peers {@code auto}, {@code none}, or names with commas
   * @param command the command line, for the report
   * @param progress told what goes on, line by line
   * @throws IllegalArgumentException if a peer is unknown
   */
  public static PeerRun of(PeerPlan plan, String peers, String command, Consumer<String> progress) {
    return new PeerRun(plan, Peers.wanted(peers), command, Peers.searchPath(), progress);
  }

  /** What can stand for peers on a command line. */
  public static List<String> peerNames() {
    List<String> names = new ArrayList<>(List.of("auto", "none"));
    for (PeerSubject.Family each : PeerSubject.Family.values()) {
      if (each != PeerSubject.Family.JCCL) {
        names.add(each.key());
      }
    }
    return names;
  }

  /** Measures everything. */
  public PeerResults run() throws IOException, InterruptedException {
    String started = OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString();
    List<String> server = PeerSubjects.java(List.of(), SimSamples.SERVE);
    try (TemporaryFolder scratch = TemporaryFolder.create("peers")) {
      return run(scratch.path(), started, server);
    }
  }

  private PeerResults run(Path folder, String started, List<String> server)
      throws IOException, InterruptedException {
    try (Resident jvm = new Resident(server, folder.resolve("simulator.err"))) {
      Peers peers =
          new Peers(
              folder,
              searchPath,
              note -> {
                notes.add(note);
                progress.accept(note);
              });
      List<PeerSubject> subjects = inTurns(PeerSubjects.jccl(jvm), peers.prepare(wanted));
      Optional<Path> probe = wanted.isEmpty() ? Optional.empty() : peers.latencyProbe();
      return new PeerResults(
          started,
          command,
          environment(peers.versions()),
          plan,
          notes,
          latency,
          turns(subjects, probe, folder),
          types(folder),
          scale(folder));
    }
  }

  /** Ours between the others', so that a change of the machine's speed meets both. */
  private static List<PeerSubject> inTurns(List<PeerSubject> ours, List<PeerSubject> others) {
    List<PeerSubject> order = new ArrayList<>(others);
    for (int i = 0; i < ours.size(); i++) {
      order.add((i + 1) * others.size() / (ours.size() + 1) + i, ours.get(i));
    }
    return order;
  }

  private List<Turn> turns(List<PeerSubject> subjects, Optional<Path> probe, Path folder)
      throws IOException, InterruptedException {
    List<Turn> turns = new ArrayList<>();
    for (PeerOperation op : plan.ops()) {
      for (int ranks : plan.ranks()) {
        if (probe.isPresent()) {
          latency(probe.get(), folder);
        }
        List<Long> sizes = op.fitting(ranks, plan.sizes());
        Task task = new Task(op, ranks, sizes, plan.budgetMillis());
        for (int round = 0; round < plan.rounds(); round++) {
          round(subjects, task, round, folder, turns);
        }
      }
    }
    return turns;
  }

  private void round(
      List<PeerSubject> subjects, Task task, int round, Path folder, List<Turn> turns)
      throws IOException, InterruptedException {
    for (PeerSubject subject : subjects) {
      Task part = subject.part(task, round, PROCESSORS);
      if (subject.ops().contains(task.op()) && !part.sizes().isEmpty() && wants(subject, task)) {
        List<String> words = subject.command().apply(part);
        // A JVM compiles first: it is given time for that, and cannot be stuck as peers can.
        Duration limit = plan.limit().multipliedBy(subject.family() == Family.JCCL ? 3 : 1);
        turns.add(
            turn(subject.id(), round, subject.way(), words, subject.environment(), folder, limit));
        told(turns.getLast(), task.op().label(), task.ranks());
      }
    }
  }

  private boolean wants(PeerSubject subject, Task task) {
    if (subject.family() != Family.JCCL || task.ranks() == 2) {
      return true;
    }
    return subject.variant().equals(PeerSubject.DEFAULT)
        || (plan.enqueued() && subject.variant().equals(PeerSubjects.ENQUEUED));
  }

  private static Turn turn(
      String id,
      int round,
      PeerSubject.Way way,
      List<String> command,
      Map<String, String> environment,
      Path folder,
      Duration limit)
      throws IOException, InterruptedException {
    Child.Outcome outcome = way.run(command, environment, folder, limit);
    List<PeerSample> samples = List.of();
    String failure = outcome.failure();
    try {
      // A program that was stopped may have stopped within a line.
      String output = outcome.output();
      String whole = output.substring(0, output.lastIndexOf('\n') + 1);
      samples = PeerSample.parse(id, whole);
    } catch (IllegalArgumentException garbled) {
      failure = String.valueOf(garbled.getMessage());
    }
    if (samples.isEmpty() && failure.isEmpty()) {
      failure = "printed no results";
    }
    return new Turn(
        id,
        round,
        String.join(" ", command),
        failure,
        outcome.seconds(),
        outcome.others(),
        samples);
  }

  private void told(Turn turn, String what, int ranks) {
    progress.accept(
        String.format(
            Locale.ROOT,
            "%-14s %6d ranks  round %d  %-18s %5.1f s, others took %2.0f %%%s",
            what,
            ranks,
            turn.round() + 1,
            turn.subject(),
            turn.seconds(),
            turn.others() * 100,
            turn.failure().isEmpty() ? "" : ": " + turn.failure()));
  }

  private void latency(Path probe, Path folder) throws IOException, InterruptedException {
    Child.Outcome outcome =
        Child.run(List.of(probe.toString()), Map.of(), folder, Duration.ofSeconds(20));
    List<Double> reading =
        outcome
            .output()
            .lines()
            .map(line -> line.split("\t"))
            .filter(fields -> fields.length == 2)
            .map(fields -> Double.parseDouble(fields[1]))
            .toList();
    if (outcome.failure().isEmpty() && reading.size() == 2) {
      latency.add(reading);
    }
  }

  private List<Turn> types(Path folder) throws IOException, InterruptedException {
    if (!plan.types()) {
      return List.of();
    }
    String sizes = String.join(",", PeerPlan.TYPE_BYTES.stream().map(String::valueOf).toList());
    String id = Family.JCCL.key() + ":types";
    String rounds = Integer.toString(plan.rounds());
    String budget = Integer.toString(plan.budgetMillis());
    List<String> words = PeerSubjects.java(List.of(), "types", id, rounds, budget, sizes);
    Turn turn = turn(id, 0, Child::run, words, Map.of(), folder, plan.limit().multipliedBy(3));
    told(turn, "element types", 2);
    return List.of(turn);
  }

  private List<Turn> scale(Path folder) throws IOException, InterruptedException {
    List<Turn> points = new ArrayList<>();
    String id = Family.JCCL.key() + ":scale";
    String repetitions = Integer.toString(plan.scaleRepetitions());
    for (int ranks : plan.scaleRanks()) {
      List<String> heap = List.of("-Xmx8g");
      List<String> words =
          PeerSubjects.java(heap, "scale", id, repetitions, Integer.toString(ranks));
      points.add(turn(id, 0, Child::run, words, Map.of(), folder, plan.scaleLimit()));
      told(points.getLast(), "scale", ranks);
      if (points.getLast().samples().isEmpty()) {
        notes.add(
            "%,d ranks and more are not measured: %s".formatted(ranks, points.getLast().failure()));
        break;
      }
    }
    return points;
  }

  private static Map<String, String> environment(Map<String, String> versions) {
    Machine machine = Machine.here();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Processor", machine.cpu() + ", " + machine.cores() + " cores");
    facts.put("Memory", (machine.memoryBytes() >> 20) + " MiB");
    facts.put("System", machine.system());
    facts.put("Java", machine.jdk());
    facts.put("JVM flags", String.join(" ", machine.flags()));
    facts.put("jccl", ProgramVersion.get());
    facts.putAll(versions);
    return facts;
  }
}
