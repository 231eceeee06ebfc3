package org.jccl.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jccl.CleanText;
import org.jccl.file.BoundedFile;
import org.jccl.process.LaunchContext.Meeting;

/** Reads a {@link LaunchContext} out of the environment. Used once. */
final class LaunchReader {
  static final String SECRET = "JCCL_GROUP_SECRET";
  static final String SECRET_FILE = "JCCL_GROUP_SECRET_FILE";
  private static final String HOST = "MASTER_ADDR";
  private static final String PORT = "MASTER_PORT";
  private static final String LOOPBACK = "127.0.0.1";

  /** Open MPI 4 gives all ranks of a job one random key. */
  private static final String OPEN_MPI_KEY = "OMPI_MCA_orte_precondition_transports";

  /** What names a job of Open MPI; the first is version 5's, the second version 4's. */
  private static final List<String> OPEN_MPI_JOB =
      List.of("PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid", "OMPI_MCA_orte_ess_jobid");

  private static final List<String> SLURM_NODES =
      List.of("SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_NODELIST");

  /** Ports that are derived from a job lie above those that systems give out by themselves. */
  private static final int FIRST_PORT = 61_440;

  private static final int PORTS = 4096;
  private static final int USUAL_PORT = 29_500;

  /** Ports of the steps of one job are apart. */
  private static final int STEP = 257;

  private static final int MOST_OF_A_SECRET = 4096;
  private static final Duration PIPE_LIMIT = Duration.ofSeconds(10);

  final Launcher launcher;
  final int rank;
  final int worldSize;
  final OptionalInt localRank;
  final Meeting meeting;
  final String host;
  final int port;
  final String attempt;
  final String secret;
  final List<String> reasons = new ArrayList<>();

  private final LaunchVariables variables;
  private final String hosts;

  /**
   * Reads.
   *
   * @param hosts the text of the system's file of hosts, in which a pod finds its own name
   * @throws IllegalStateException naming the first variable that is missing or wrong
   */
  LaunchReader(LaunchVariables variables, String hosts) {
    this.variables = variables;
    this.hosts = hosts;
    this.launcher = Launcher.of(variables);
    this.meeting = isAgentsStore() ? Meeting.AT_STORE : Meeting.AT_RANK_ZERO;
    String sizeName = launcher.worldSizeVariable(variables);
    String rankName = launcher.rankVariable(variables);
    this.rank = variables.number(rankName, "this process's rank", 0, Integer.MAX_VALUE);
    this.worldSize = variables.number(sizeName, sizeMeaning(), 1, ProcessGroupBase.MAX_WORLD);
    if (rank >= worldSize) {
      throw new IllegalStateException(
          "environment variable %s is %d, expected less than %s %d"
              .formatted(rankName, rank, sizeName, worldSize));
    }
    if (saysNoAddress()) {
      variables.required(HOST, "the host of rank 0");
      portGiven();
    }
    this.localRank = localRank();
    reasons.add("rank " + rank + " of " + worldSize + " (" + rankName + ", " + sizeName + ")");
    localRank.ifPresent(
        number ->
            reasons.add(
                "local rank " + number + " (" + launcher.localRankVariable(variables) + ")"));
    this.host = host();
    this.port = port();
    this.attempt = attempt();
    this.secret = secret();
  }

  private String sizeMeaning() {
    return switch (launcher) {
      case KUBERNETES ->
          "the number of ranks. Kubernetes tells a pod its index (JOB_COMPLETION_INDEX) but not how"
              + " many there are: set it in the pod's template to the Job's completions";
      case PMIX -> "the number of ranks, which PMIx keeps to itself";
      default -> "the number of ranks";
    };
  }

  private OptionalInt localRank() {
    String name = launcher.localRankVariable(variables);
    return name == null
        ? OptionalInt.empty()
        : OptionalInt.of(
            variables.number(name, "the rank on this host", 0, ProcessGroupBase.MAX_WORLD));
  }

  private boolean isAgentsStore() {
    String said = variables.text("TORCHELASTIC_USE_AGENT_STORE");
    return launcher == Launcher.TORCHRUN && "true".equalsIgnoreCase(said);
  }

  /** Who starts processes this way sets host and port, too. */
  private boolean saysNoAddress() {
    return launcher == Launcher.TORCHRUN || launcher == Launcher.ENVIRONMENT;
  }

  private int portGiven() {
    String meaning =
        meeting == Meeting.AT_STORE
            ? "the port of the agent's store"
            : "the port on which rank 0 listens";
    return variables.number(PORT, meaning, 1, 65_535);
  }

  private String host() {
    String given = variables.text(HOST);
    if (given != null) {
      return because(
          given, meeting == Meeting.AT_STORE ? "the agent's store at " : "rank 0 at ", HOST);
    }
    if (isOneHost()) {
      return because(LOOPBACK, "rank 0 at ", "all ranks are on this host");
    }
    String nodes = variables.firstSet(SLURM_NODES);
    if (nodes != null) {
      try {
        String list = String.valueOf(variables.text(nodes));
        return because(SlurmNodes.first(list), "rank 0 at ", "first of " + nodes);
      } catch (IllegalArgumentException bad) {
        throw new IllegalStateException("environment variable " + nodes + ": " + bad.getMessage());
      }
    }
    return switch (launcher) {
      case OPEN_MPI -> openMpiHost();
      case KUBERNETES -> new KubernetesNames(variables, hosts).rankZero(this::because);
      default ->
          throw LaunchVariables.missing(
              HOST,
              "the host of rank 0, which "
                  + launcher.label()
                  + " does not tell when there are several hosts");
    };
  }

  /**
   * Open MPI 4 tells where {@code mpirun} runs, which is where rank 0 is if that host takes part.
   */
  private String openMpiHost() {
    String uri = variables.text("OMPI_MCA_orte_hnp_uri");
    int start = uri == null ? -1 : uri.indexOf("://");
    if (uri == null || start < 0) {
      throw LaunchVariables.missing(
          HOST,
          "the host of rank 0, which Open MPI does not tell when there are several hosts: mpirun -x"
              + " MASTER_ADDR=<host of rank 0>");
    }
    String addresses = uri.substring(start + 3);
    int end = addresses.startsWith("[") ? addresses.indexOf(']') + 1 : endOfAddress(addresses);
    return because(
        addresses.substring(0, Math.max(0, end)),
        "rank 0 at ",
        "mpirun's host by OMPI_MCA_orte_hnp_uri; if rank 0 is elsewhere, set MASTER_ADDR");
  }

  private static int endOfAddress(String addresses) {
    int end = 0;
    while (end < addresses.length() && ",:".indexOf(addresses.charAt(end)) < 0) {
      end++;
    }
    return end;
  }

  private boolean isOneHost() {
    String local = launcher.localSizeVariable(variables);
    if (local != null) {
      return variables.number(local, "the ranks of this host", 1, Integer.MAX_VALUE) == worldSize;
    }
    OptionalInt nodes =
        variables.firstNumber(
            List.of("SLURM_STEP_NUM_NODES", "SLURM_NNODES", "SLURM_JOB_NUM_NODES"),
            "the number of nodes");
    return worldSize == 1 || (launcher == Launcher.SLURM && nodes.orElse(0) == 1);
  }

  private int port() {
    if (variables.has(PORT)) {
      return because(portGiven(), "port ", PORT);
    }
    String slurmJob = variables.firstSet(List.of("SLURM_JOB_ID", "SLURM_JOBID"));
    if (slurmJob != null) {
      long job = variables.number(slurmJob, "the job's number", 0, Integer.MAX_VALUE);
      int step =
          variables.firstNumber(List.of("SLURM_STEP_ID", "SLURM_STEPID"), "the step").orElse(0);
      return because(derived(job + (long) STEP * step), "port ", "from " + slurmJob);
    }
    String mpiJob = variables.firstSet(OPEN_MPI_JOB);
    if (launcher == Launcher.OPEN_MPI && mpiJob != null) {
      return because(
          derived(String.valueOf(variables.text(mpiJob)).hashCode()), "port ", "from " + mpiJob);
    }
    return because(USUAL_PORT, "port ", "the usual one; MASTER_PORT if several jobs share a host");
  }

  private static int derived(long job) {
    return FIRST_PORT + (int) Math.floorMod(job, (long) PORTS);
  }

  private String attempt() {
    String run = variables.text("TORCHELASTIC_RUN_ID");
    OptionalInt restarts =
        variables.firstNumber(List.of("TORCHELASTIC_RESTART_COUNT"), "the number of restarts");
    if (restarts.isPresent() && restarts.getAsInt() > 0) {
      reasons.add("restart " + restarts.getAsInt() + " (TORCHELASTIC_RESTART_COUNT)");
    }
    return (run == null ? "job" : run) + "/" + restarts.orElse(0);
  }

  private String secret() {
    String given = variables.text(SECRET);
    if (given != null) {
      return taken(given, "secret (" + SECRET + ")");
    }
    String file = variables.text(SECRET_FILE);
    if (file != null) {
      return taken(read(file), "secret (" + SECRET_FILE + ")");
    }
    String openMpi = variables.text(OPEN_MPI_KEY);
    if (launcher == Launcher.OPEN_MPI && openMpi != null) {
      return taken(openMpi, "secret: the job's own key (" + OPEN_MPI_KEY + ")");
    }
    reasons.add(
        meeting == Meeting.AT_STORE
            ? "secret: rank 0 makes one, the store carries it"
            : "no secret (" + SECRET + " is not set)");
    return "";
  }

  private String read(String file) {
    try {
      // A shell may give a pipe here; one that nobody writes into must not hold this process up.
      byte[] bytes = RealTime.call(SECRET_FILE, () -> firstBytes(Path.of(file)), PIPE_LIMIT);
      String text = new String(bytes, StandardCharsets.UTF_8).strip();
      if (text.isEmpty() || bytes.length > MOST_OF_A_SECRET) {
        throw variables.wrong(
            SECRET_FILE, "expected a file with a secret of 1 to " + MOST_OF_A_SECRET + " bytes");
      }
      return text;
    } catch (TimeoutException silent) {
      throw variables.wrong(
          SECRET_FILE, "from which nothing comes: is it a pipe that nobody writes into?");
    } catch (ExecutionException unreadable) {
      Throwable why = unreadable.getCause() == null ? unreadable : unreadable.getCause();
      throw variables.wrong(
          SECRET_FILE,
          "which cannot be read ("
              + (why instanceof IOException io ? BoundedFile.why(io) : CleanText.messageOf(why))
              + ")");
    } catch (InterruptedException interrupt) {
      throw TcpProcessGroup.interrupted(SECRET_FILE, interrupt);
    }
  }

  private static byte[] firstBytes(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(MOST_OF_A_SECRET + 1);
    }
  }

  private String taken(String value, String reason) {
    reasons.add(reason);
    return value;
  }

  private String because(String value, String what, String why) {
    reasons.add(what + CleanText.line(value) + " (" + why + ")");
    return value;
  }

  private int because(int value, String what, String why) {
    because(String.valueOf(value), what, why);
    return value;
  }
}
