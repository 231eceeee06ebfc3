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
    return TcpProcessGroup.join(host, port, rank, worldSize, secret, timeout);
  }

  /**
   * Joins the TCP group that a launcher describes in the environment: {@code MASTER_ADDR}, {@code
   * MASTER_PORT}, {@code RANK}, {@code WORLD_SIZE} and optionally {@code JCCL_GROUP_SECRET}.
   *
   * @param timeout at most how long to wait
   * @return this member's end of the group
   * @throws IllegalStateException naming the first variable that is missing or wrong
   */
  public static ProcessGroup fromEnvironment(Duration timeout) {
    return TcpProcessGroup.fromEnvironment(System.getenv(), timeout);
  }
}
