package org.jccl.process;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What started this process, by the variables that it leaves there. In the order in which they are
 * looked for: the one that is nearest to the process comes first, since launchers start launchers.
 */
enum Launcher {
  TORCHRUN(
      "torchrun",
      List.of("TORCHELASTIC_RUN_ID"),
      List.of("RANK"),
      List.of("WORLD_SIZE"),
      List.of("LOCAL_RANK"),
      List.of("LOCAL_WORLD_SIZE")),
  OPEN_MPI(
      "Open MPI",
      List.of("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
      List.of("OMPI_COMM_WORLD_RANK"),
      List.of("OMPI_COMM_WORLD_SIZE"),
      List.of("OMPI_COMM_WORLD_LOCAL_RANK"),
      List.of("OMPI_COMM_WORLD_LOCAL_SIZE")),
  MPICH(
      "MPICH",
      List.of("PMI_RANK", "PMI_SIZE"),
      List.of("PMI_RANK"),
      List.of("PMI_SIZE"),
      List.of("MPI_LOCALRANKID", "PALS_LOCAL_RANKID"),
      List.of("MPI_LOCALNRANKS", "PALS_LOCAL_SIZE")),
  SLURM(
      "Slurm",
      List.of("SLURM_PROCID"),
      List.of("SLURM_PROCID"),
      List.of("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS"),
      List.of("SLURM_LOCALID"),
      List.of()),
  PMIX("PMIx", List.of("PMIX_RANK"), List.of("PMIX_RANK"), List.of(), List.of(), List.of()),
  KUBERNETES(
      "Kubernetes",
      List.of("JOB_COMPLETION_INDEX"),
      List.of("JOB_COMPLETION_INDEX"),
      List.of(),
      List.of(),
      List.of()),
  ENVIRONMENT("environment", List.of(), List.of(), List.of(), List.of(), List.of());

  private final String label;
  private final List<String> marks;
  private final List<String> rank;
  private final List<String> worldSize;
  private final List<String> localRank;
  private final List<String> localSize;

  Launcher(
      String label,
      List<String> marks,
      List<String> rank,
      List<String> worldSize,
      List<String> localRank,
      List<String> localSize) {
    this.label = label;
    this.marks = marks;
    this.rank = rank;
    this.worldSize = worldSize;
    this.localRank = localRank;
    this.localSize = localSize;
  }

  /** The launcher of a process with these variables. */
  static Launcher of(LaunchVariables variables) {
    for (Launcher each : values()) {
      if (each != ENVIRONMENT && variables.firstSet(each.marks) != null) {
        return each;
      }
    }
    return ENVIRONMENT;
  }

  String label() {
    return label;
  }

  /**
   * The variable that holds the rank. {@code RANK} goes before the launcher's own if {@code
   * WORLD_SIZE} is there, too: alone it may be left over in the shell, the same for every process.
   */
  String rankVariable(LaunchVariables variables) {
    return variables.has("WORLD_SIZE") || variables.firstSet(rank) == null
        ? chosen(variables, "RANK", rank)
        : chosen(new LaunchVariables(variables.without("RANK")), "RANK", rank);
  }

  String worldSizeVariable(LaunchVariables variables) {
    return chosen(variables, "WORLD_SIZE", worldSize);
  }

  private static String chosen(LaunchVariables variables, String common, List<String> own) {
    if (variables.has(common) || own.isEmpty()) {
      return common;
    }
    String set = variables.firstSet(own);
    return set == null ? own.getFirst() : set;
  }

  @Nullable String localRankVariable(LaunchVariables variables) {
    return variables.has("LOCAL_RANK") ? "LOCAL_RANK" : variables.firstSet(localRank);
  }

  @Nullable String localSizeVariable(LaunchVariables variables) {
    return variables.has("LOCAL_WORLD_SIZE") ? "LOCAL_WORLD_SIZE" : variables.firstSet(localSize);
  }
}
