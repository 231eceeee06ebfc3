package org.jccl.process;

import java.time.Duration;
import java.util.List;
import org.jccl.ProcessGroup;

/**
 * Makes process groups: inside this JVM, over TCP, or as a launcher's environment says.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/FirstSteps.java" region="tcp"}
 */
public final class ProcessGroups {
  private ProcessGroups() {}

  /**
   * The members of a group inside this JVM, in rank order, one for each rank's thread.
   *
   * @param worldSize number of ranks
   * @return the members by rank
   */
  public static List<ProcessGroup> inJvm(int worldSize) {
    return inJvm(worldSize, Duration.ofMinutes(5));
  }

  /**
   * The same with a time-out of its own.
   *
   * @param worldSize number of ranks
   * @param timeout how long each operation but a barrier waits for late members
   * @return the members by rank
   */
  public static List<ProcessGroup> inJvm(int worldSize, Duration timeout) {
    return InJvmProcessGroups.create(worldSize, timeout);
  }

  /**
   * Joins a group over TCP: rank 0 listens on {@code host:port}, the others connect to it, within
   * {@code timeout}. Messages are bytes, never objects. All members give the same {@code secret},
   * without which a connection is refused.
   *
   * @param host host of rank 0
   * @param port port on which rank 0 listens
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param secret shared by all members
   * @param timeout at most how long to wait
   * @return this member's end of the group
   */
  public static ProcessGroup tcp(
      String host, int port, int rank, int worldSize, String secret, Duration timeout) {
    return tcp(TcpSettings.of(host, port, rank, worldSize, secret, timeout));
  }

  /**
   * The same with all settings: also a network interface, and TLS.
   *
   * <p>Connections prove first, both ways, that they know the secret (HMAC-SHA256 over fresh random
   * numbers); then each message carries a seal, so that nobody on the path can change, repeat or
   * leave out one. Those who have not proven it yet are bounded in number, bytes and time, and do
   * not keep members out. A member whose process dies is told to all at once.
   *
   * @param settings as whom, where, and how
   * @return this member's end of the group
   */
  public static ProcessGroup tcp(TcpSettings settings) {
    return TcpProcessGroup.join(
        settings,
        address -> {
          if (settings.secret().isEmpty()) {
            Announcement.noSecret(address);
          }
        });
  }

  /**
   * Joins a group whose members meet in a store of PyTorch, {@code TCPStore} of version 2, so that
   * ranks in Python can be members: {@code jccl_torch.py}, which goes with jccl, is their end.
   *
   * <p>The store has no secret, and does not notice that a process died: use it on loopback or on
   * networks that you trust. A group of ranks in Java alone is better off with {@link #tcp}.
   *
   * @param host host of the store
   * @param port its port
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param name of the group in the store, new for each group
   * @param timeout at most how long joining, and later each operation, waits for the others
   * @return this member's end of the group
   */
  public static ProcessGroup torchStore(
      String host, int port, int rank, int worldSize, String name, Duration timeout) {
    return TorchStoreGroup.join(TcpSettings.of(host, port, rank, worldSize, "", timeout), name);
  }

  /**
   * Joins the group that a launcher describes in the environment: torchrun, Open MPI, MPICH, Slurm,
   * a Kubernetes Indexed Job or JobSet, or whoever sets {@code RANK}, {@code WORLD_SIZE}, {@code
   * MASTER_ADDR} and {@code MASTER_PORT}. {@link #launch()} tells what that means here; rank 0 says
   * it on standard error in one line, unless the system property {@code jccl.quiet} is {@code
   * true}.
   *
   * <p>{@code JCCL_GROUP_SECRET}, or the file that {@code JCCL_GROUP_SECRET_FILE} names, holds the
   * secret; torchrun's ranks need none, since its store carries one that rank 0 makes. {@code
   * JCCL_GROUP_INTERFACE} names a network interface; {@code JCCL_GROUP_TLS} a PKCS12 file with a
   * key and the certificates to trust, {@code JCCL_GROUP_TLS_PASSWORD} its password. {@code
   * JCCL_GROUP_STORE=torch} makes it a group that meets in torchrun's store ({@link #torchStore}),
   * for ranks in Java and in Python.
   *
   * @param timeout at most how long to wait
   * @return this member's end of the group
   * @throws IllegalStateException naming the first variable that is missing or wrong
   */
  public static ProcessGroup fromEnvironment(Duration timeout) {
    return EnvironmentGroup.join(new LaunchVariables(System.getenv()), timeout);
  }

  /**
   * {@return what the launcher of this process says: its rank, where rank 0 is, and why}
   *
   * @throws IllegalStateException naming the first variable that is missing or wrong
   */
  public static LaunchContext launch() {
    return EnvironmentGroup.launch(new LaunchVariables(System.getenv()));
  }
}
