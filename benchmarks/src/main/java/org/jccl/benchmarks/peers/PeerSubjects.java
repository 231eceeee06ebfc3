package org.jccl.benchmarks.peers;

import static org.jccl.benchmarks.simspeed.PeerOperation.ALL_REDUCE;
import static org.jccl.benchmarks.simspeed.PeerOperation.BROADCAST;
import static org.jccl.benchmarks.simspeed.PeerOperation.REDUCE_SCATTER;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jccl.benchmarks.peers.PeerSubject.Family;
import org.jccl.benchmarks.simspeed.CallWay;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.jccl.benchmarks.simspeed.RankMode;

/** Who is measured, and how each is started: the variants that are known to win somewhere. */
final class PeerSubjects {
  /** Variant of jccl whose ranks synchronize once, after all calls. */
  static final String ENQUEUED = "enqueued";

  /** Variant of jccl without the deterministic schedule. */
  static final String FREE = "free";

  private static final Set<PeerOperation> ALL = EnumSet.allOf(PeerOperation.class);

  /** Memory that malloc keeps, in huge pages: Open MPI's defaults lose most of their time there. */
  private static final Map<String, String> KEPT_MEMORY =
      Map.of(
          "MALLOC_MMAP_THRESHOLD_", "2000000000",
          "MALLOC_TRIM_THRESHOLD_", "8000000000",
          "MALLOC_TOP_PAD_", "268435456",
          "HUGE_PAGES", "1");

  private PeerSubjects() {}

  static List<PeerSubject> openMpi(String launcher, Path program) {
    return List.of(
        openMpi(launcher, program, PeerSubject.DEFAULT, ALL, Map.of(), List.of()),
        openMpi(launcher, program, "mal", ALL, KEPT_MEMORY, List.of()),
        tuned(launcher, program, "rd", ALL_REDUCE, "allreduce_algorithm", "3"),
        tuned(launcher, program, "seg", ALL_REDUCE, "allreduce_algorithm", "5"),
        tuned(launcher, program, "rab", ALL_REDUCE, "allreduce_algorithm", "6"),
        tuned(launcher, program, "rhv", REDUCE_SCATTER, "reduce_scatter_block_algorithm", "3"),
        tuned(launcher, program, "bfly", REDUCE_SCATTER, "reduce_scatter_block_algorithm", "4"),
        tuned(launcher, program, "lin", BROADCAST, "bcast_algorithm", "1"));
  }

  private static PeerSubject tuned(
      String launcher, Path program, String variant, PeerOperation op, String rule, String number) {
    List<String> flags =
        List.of(
            "--mca", "coll_tuned_use_dynamic_rules", "1", "--mca", "coll_tuned_" + rule, number);
    return openMpi(launcher, program, variant, Set.of(op), KEPT_MEMORY, flags);
  }

  private static PeerSubject openMpi(
      String launcher,
      Path program,
      String variant,
      Set<PeerOperation> ops,
      Map<String, String> environment,
      List<String> flags) {
    String id = Family.OPEN_MPI.key() + ":" + variant;
    return new PeerSubject(
        Family.OPEN_MPI,
        variant,
        ops,
        true,
        environment,
        task -> {
          List<String> start = new ArrayList<>(List.of(launcher, "--allow-run-as-root"));
          if (task.ranks() > Runtime.getRuntime().availableProcessors()) {
            start.addAll(List.of("--oversubscribe", "--mca", "mpi_yield_when_idle", "1"));
          }
          start.addAll(flags);
          start.addAll(List.of("-n", Integer.toString(task.ranks())));
          return command(start, id, program, task);
        });
  }

  /** Bound to cores: unbound it collapses. */
  static List<PeerSubject> mpich(String launcher, Path program) {
    return List.of(
        new PeerSubject(
            Family.MPICH,
            PeerSubject.DEFAULT,
            ALL,
            false,
            Map.of(),
            task -> {
              List<String> start = new ArrayList<>(List.of(launcher));
              if (task.ranks() <= Runtime.getRuntime().availableProcessors()) {
                start.addAll(List.of("-bind-to", "core"));
              }
              start.addAll(List.of("-n", Integer.toString(task.ranks())));
              return command(start, Family.MPICH.key() + ":" + PeerSubject.DEFAULT, program, task);
            }));
  }

  /** Its plain way is the ring. */
  static List<PeerSubject> gloo(Path program) {
    return List.of(
        gloo(program, PeerSubject.DEFAULT, "ring", ALL),
        gloo(program, "bcube", "bcube", Set.of(ALL_REDUCE)),
        gloo(program, "hd", "hd", Set.of(ALL_REDUCE)));
  }

  private static PeerSubject gloo(
      Path program, String variant, String algorithm, Set<PeerOperation> ops) {
    return new PeerSubject(
        Family.GLOO,
        variant,
        ops,
        true,
        Map.of("GLOO_ALGORITHM", algorithm),
        task -> command(List.of(), Family.GLOO.key() + ":" + variant, program, task));
  }

  static PeerSubject limit(Path program) {
    return new PeerSubject(
        Family.LIMIT,
        PeerSubject.DEFAULT,
        ALL,
        true,
        Map.of(),
        task -> command(List.of(), Family.LIMIT.key() + ":" + PeerSubject.DEFAULT, program, task));
  }

  private static List<String> command(List<String> start, String id, Path program, Task task) {
    List<String> command = new ArrayList<>(start);
    command.add(program.toString());
    command.addAll(
        List.of(
            id,
            task.op().key(),
            Integer.toString(task.ranks()),
            task.sizeList(),
            "1",
            Integer.toString(task.budgetMillis())));
    return command;
  }

  /** The simulator: deterministic and synchronous first, which is what counts. */
  static List<PeerSubject> jccl(Resident jvm) {
    return List.of(
        jccl(jvm, PeerSubject.DEFAULT, RankMode.DETERMINISTIC, CallWay.SYNCHRONOUS),
        jccl(jvm, ENQUEUED, RankMode.DETERMINISTIC, CallWay.ENQUEUED),
        jccl(jvm, FREE, RankMode.FREE, CallWay.SYNCHRONOUS));
  }

  private static PeerSubject jccl(Resident jvm, String variant, RankMode mode, CallWay way) {
    String id = Family.JCCL.key() + ":" + variant;
    return new PeerSubject(
        Family.JCCL,
        variant,
        ALL,
        true,
        Map.of(),
        task ->
            List.of(
                "collective",
                id,
                task.op().key(),
                Integer.toString(task.ranks()),
                task.sizeList(),
                "1",
                Integer.toString(task.budgetMillis()),
                mode.name(),
                way.name()),
        (words, environment, folder, limit) -> jvm.ask(words, limit));
  }

  /** A JVM like this one that runs {@link SimSamples}. */
  static List<String> java(List<String> flags, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-agent") && !flag.startsWith("-javaagent"))
        .forEach(command::add);
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(SimSamples.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }
}
