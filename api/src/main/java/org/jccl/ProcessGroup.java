package org.jccl;

import java.time.Duration;
import java.util.List;
import org.jccl.process.InJvmProcessGroups;
import org.jccl.process.TcpProcessGroup;

/**
 * The control plane: carries small messages between the ranks' programs before and beside the
 * collectives. Every method is called by every rank, in the same order; each waits, at most for the
 * group's time-out. Used by one thread at a time per rank.
 */
public interface ProcessGroup extends AutoCloseable {
  /** This member's rank. */
  int rank();

  /** Number of members. */
  int worldSize();

  /**
   * Everyone receives the root's bytes.
   *
   * @param payload the root's message; ignored elsewhere
   * @throws CollectiveTimeoutException if a member does not come in time; it names who is missing
   */
  byte[] broadcast(byte[] payload, int root);

  /** Everyone receives everyone's bytes, in rank order. */
  List<byte[]> allGather(byte[] payload);

  /** Returns when every member has called it; waits at most {@code timeout}. */
  void barrier(Duration timeout);

  /** Leaves the group. Idempotent. */
  @Override
  void close();

  /** The members of a group inside this JVM, in rank order, one for each rank's thread. */
  static List<ProcessGroup> inJvm(int worldSize) {
    return InJvmProcessGroups.create(worldSize, Duration.ofMinutes(5));
  }

  /**
   * Joins a group over TCP: rank 0 listens on {@code host:port}, the others connect to it, within
   * {@code timeout}. Messages are bytes, never objects. All members give the same {@code secret},
   * without which a connection is refused.
   */
  static ProcessGroup tcp(
      String host, int port, int rank, int worldSize, String secret, Duration timeout) {
    return TcpProcessGroup.join(host, port, rank, worldSize, secret, timeout);
  }

  /**
   * Joins the TCP group that a launcher describes in the environment: {@code MASTER_ADDR}, {@code
   * MASTER_PORT}, {@code RANK}, {@code WORLD_SIZE} and optionally {@code JCCL_GROUP_SECRET}.
   *
   * @throws IllegalStateException naming the first variable that is missing or wrong
   */
  static ProcessGroup fromEnvironment(Duration timeout) {
    return TcpProcessGroup.fromEnvironment(System.getenv(), timeout);
  }
}
