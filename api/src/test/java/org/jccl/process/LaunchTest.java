package org.jccl.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The variables of each launcher, as it sets them. */
class LaunchTest {
  private static final String PODS =
      "127.0.0.1 localhost\n# a comment\n10.1.2.3\ttrain-2.ranks.ml.svc.cluster.local\ttrain-2\n";

  @TempDir private Path folder;

  @Test
  void torchrun_withItsAgentsStore() {
    LaunchContext launch = launch(torchrun("True"));

    assertThat(launch.launcher()).isEqualTo("torchrun");
    assertThat(launch.isStore()).isTrue();
    assertThat(launch.rank()).isEqualTo(1);
    assertThat(launch.worldSize()).isEqualTo(4);
    assertThat(launch.localRank()).hasValue(1);
    assertThat(launch.attempt()).isEqualTo("none/2");
    assertThat(launch.toString())
        .contains("rank 1 of 4 (RANK, WORLD_SIZE)")
        .contains("the agent's store at 127.0.0.1 (MASTER_ADDR); port 29500 (MASTER_PORT)")
        .contains("restart 2 (TORCHELASTIC_RESTART_COUNT)")
        .contains("the store carries it");
  }

  @Test
  void torchrun_withoutItsAgentsStore_leavesThePortToRankZero() {
    LaunchContext launch = launch(torchrun("False"));

    assertThat(launch.isStore()).isFalse();
    assertThat(launch.port()).isEqualTo(29500);
    assertThat(launch.hasSecret()).isFalse();
  }

  private static Map<String, String> torchrun(String agentStore) {
    return Map.ofEntries(
        Map.entry("GROUP_RANK", "0"),
        Map.entry("LOCAL_RANK", "1"),
        Map.entry("LOCAL_WORLD_SIZE", "4"),
        Map.entry("MASTER_ADDR", "127.0.0.1"),
        Map.entry("MASTER_PORT", "29500"),
        Map.entry("RANK", "1"),
        Map.entry("WORLD_SIZE", "4"),
        Map.entry("TORCHELASTIC_RESTART_COUNT", "2"),
        Map.entry("TORCHELASTIC_RUN_ID", "none"),
        Map.entry("TORCHELASTIC_USE_AGENT_STORE", agentStore));
  }

  @Test
  void openMpi_onOneHost_needsNothing() {
    Map<String, String> env = new HashMap<>(openMpi(3, 3));
    env.put("PMIX_NAMESPACE", "prterun-vm-9115@1");
    env.put("PMIX_RANK", "1");
    env.put("RANK", "0"); // Left over in the shell: the same for every process.

    LaunchContext launch = launch(env);

    assertThat(launch.launcher()).isEqualTo("Open MPI");
    assertThat(launch.rank()).isEqualTo(1);
    assertThat(launch.worldSize()).isEqualTo(3);
    assertThat(launch.localRank()).hasValue(1);
    assertThat(launch.host()).isEqualTo("127.0.0.1");
    assertThat(launch.port()).isBetween(61_440, 65_535);
    assertThat(launch.toString()).contains("all ranks are on this host", "from PMIX_NAMESPACE");
    env.put("PMIX_NAMESPACE", "prterun-vm-9116@1");
    assertThat(launch(env).port()).isNotEqualTo(launch.port());
  }

  @Test
  void openMpi_onSeveralHosts_takesMpirunsHostOrAsks() {
    Map<String, String> env = new HashMap<>(openMpi(8, 4));
    assertComplaint(env, "MASTER_ADDR is not set", "mpirun -x MASTER_ADDR");

    env.put("OMPI_MCA_orte_hnp_uri", "2148007936.0;tcp://10.0.0.7,192.168.1.7:48143");
    env.put("OMPI_MCA_ess_base_jobid", "2148007937");
    env.put("OMPI_MCA_orte_precondition_transports", "8fa4d3c6b6e2-55ac");
    LaunchContext launch = launch(env);
    assertThat(launch.host()).isEqualTo("10.0.0.7");
    assertThat(launch.hasSecret()).isTrue();

    env.put("OMPI_MCA_orte_hnp_uri", "2148007936.0;tcp6://[fe80::1]:48143");
    assertThat(launch(env).host()).isEqualTo("[fe80::1]");

    env.put("SLURM_STEP_NODELIST", "gpu[07-09]");
    env.put("SLURM_JOB_ID", "4096");
    assertThat(launch(env).host()).isEqualTo("gpu07");

    env.put("MASTER_ADDR", "head");
    env.put("MASTER_PORT", "1234");
    assertThat(launch(env).host()).isEqualTo("head");
    assertThat(launch(env).port()).isEqualTo(1234);
  }

  private static Map<String, String> openMpi(int size, int local) {
    return Map.of(
        "OMPI_COMM_WORLD_RANK",
        "1",
        "OMPI_COMM_WORLD_SIZE",
        String.valueOf(size),
        "OMPI_COMM_WORLD_LOCAL_RANK",
        "1",
        "OMPI_COMM_WORLD_LOCAL_SIZE",
        String.valueOf(local));
  }

  @Test
  void mpich_onOneHost_needsNothing() {
    Map<String, String> env =
        new HashMap<>(
            Map.of(
                "PMI_RANK", "1", "PMI_SIZE", "2", "MPI_LOCALRANKID", "1", "MPI_LOCALNRANKS", "2"));

    LaunchContext launch = launch(env);

    assertThat(launch.launcher()).isEqualTo("MPICH");
    assertThat(launch.host()).isEqualTo("127.0.0.1");
    assertThat(launch.port()).isEqualTo(29_500);

    env.put("MPI_LOCALNRANKS", "1");
    assertComplaint(env, "MASTER_ADDR is not set", "MPICH does not tell");
    env.remove("PMI_SIZE");
    assertComplaint(env, "PMI_SIZE is not set");
  }

  @Test
  void slurm_derivesHostAndPort() {
    Map<String, String> env =
        new HashMap<>(
            Map.of(
                "SLURM_PROCID", "5",
                "SLURM_NTASKS", "16",
                "SLURM_LOCALID", "1",
                "SLURM_JOB_ID", "123456",
                "SLURM_STEP_ID", "0",
                "SLURM_STEP_NUM_NODES", "4",
                "SLURM_STEP_NODELIST", "gpu[003-005,9],login1"));

    LaunchContext launch = launch(env);

    assertThat(launch.launcher()).isEqualTo("Slurm");
    assertThat(launch.host()).isEqualTo("gpu003");
    assertThat(launch.port()).isEqualTo(123_456 % 4096 + 61_440);
    assertThat(launch.rank()).isEqualTo(5);
    assertThat(launch.worldSize()).isEqualTo(16);
    assertThat(launch.localRank()).hasValue(1);

    env.put("SLURM_STEP_ID", "1");
    assertThat(launch(env).port()).isNotEqualTo(launch.port());
    env.put("SLURM_STEP_NUM_TASKS", "8");
    assertThat(launch(env).worldSize()).isEqualTo(8);
    env.put("SLURM_STEP_NUM_NODES", "1");
    assertThat(launch(env).host()).isEqualTo("127.0.0.1");
    env.put("SLURM_STEP_NUM_NODES", "4");
    env.put("SLURM_STEP_NODELIST", "gpu[003-");
    assertComplaint(env, "SLURM_STEP_NODELIST", "'gpu[003-' is no list of hosts");
    env.remove("SLURM_STEP_NODELIST");
    assertComplaint(env, "MASTER_ADDR is not set");
  }

  @Test
  void slurmsLists_beginWithTheirFirstHost() {
    assertThat(SlurmNodes.first("n1")).isEqualTo("n1");
    assertThat(SlurmNodes.first("a-b.c,d")).isEqualTo("a-b.c");
    assertThat(SlurmNodes.first("gpu[1-2]-ib[0-1]")).isEqualTo("gpu1-ib0");
    assertThat(SlurmNodes.first("rack[07,09]node[001-128]")).isEqualTo("rack07node001");
    for (String bad : List.of("", " ", ",a", "[]", "a[x]", "a[1", "a[1x]", "a]", "a b", "$(x)")) {
      assertThatThrownBy(() -> SlurmNodes.first(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void kubernetes_findsPodZeroByItsOwnName() {
    Map<String, String> env =
        new HashMap<>(Map.of("JOB_COMPLETION_INDEX", "2", "HOSTNAME", "train-2"));
    assertComplaint(env, "WORLD_SIZE is not set", "the Job's completions");
    env.put("WORLD_SIZE", "4");

    LaunchContext launch = launch(env);

    assertThat(launch.launcher()).isEqualTo("Kubernetes");
    assertThat(launch.rank()).isEqualTo(2);
    assertThat(launch.host()).isEqualTo("train-0.ranks.ml.svc.cluster.local");
    assertThat(launch.port()).isEqualTo(29_500);

    assertThatThrownBy(() -> new LaunchReader(new LaunchVariables(env), "10.1.2.3 train-2\n"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("MASTER_ADDR is not set")
        .hasMessageContaining("clusterIP: None, selector: {job-name: train}")
        .hasMessageContaining("subdomain: ranks");
    env.put("HOSTNAME", "other");
    assertComplaint(env, "MASTER_ADDR is not set", "does not end in its index");
    env.remove("HOSTNAME");
    assertComplaint(env, "HOSTNAME is not set");
  }

  @Test
  void pmixAlone_doesNotTellTheSize() {
    assertComplaint(Map.of("PMIX_RANK", "0"), "WORLD_SIZE is not set", "PMIx keeps to itself");
  }

  @Test
  void hugeWorlds_areRefusedByTheirVariable() {
    Map<String, String> env = new HashMap<>(torchrun("True"));
    env.put("WORLD_SIZE", "2147483647");

    assertComplaint(env, "WORLD_SIZE is '2147483647'", "1 to 1048576");
  }

  @Test
  void secret_mayBeInAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), "s3cret\n");
    Map<String, String> env = new HashMap<>(torchrun("False"));
    env.put("JCCL_GROUP_SECRET_FILE", file.toString());

    LaunchContext launch = launch(env);

    assertThat(launch.secret()).isEqualTo("s3cret");
    assertThat(launch.toString()).doesNotContain("s3cret");
    Files.writeString(file, "");
    assertComplaint(env, "JCCL_GROUP_SECRET_FILE", "a secret of 1 to 4096 bytes");
    env.put("JCCL_GROUP_SECRET_FILE", folder.toString());
    assertComplaint(env, "JCCL_GROUP_SECRET_FILE", "cannot be read");
  }

  private static LaunchContext launch(Map<String, String> env) {
    return new LaunchContext(new LaunchReader(new LaunchVariables(env), PODS));
  }

  private static void assertComplaint(Map<String, String> env, String... words) {
    assertThatThrownBy(() -> launch(env))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll(words);
  }
}
