package org.jccl.process;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jccl.CollectiveException;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;

/**
 * Groups whose members are processes, joined over TCP.
 *
 * <p>Rank 0 listens while the group is being joined; every operation goes through it, one message
 * to it and the answer back. A connection proves first that it knows the secret (HMAC-SHA256
 * challenge, both ways); an empty secret is allowed on loopback addresses only. What is said later
 * is not encrypted: use it on networks that you trust, for ids and addresses.
 *
 * <p>Failures are as in {@link InJvmProcessGroups}: all members fail at once, with the same words,
 * which name the ranks. A member whose process died counts as one that left. Sockets are read and
 * written by daemon threads only; a rank's thread waits for them through {@link
 * org.jccl.spi.Waiting}, by the wall clock. For a simulated rank this is a foreign wait: others run
 * meanwhile, and the run is no longer repeatable.
 */
final class TcpProcessGroup {
  private static final String SECRET = "JCCL_GROUP_SECRET";

  private TcpProcessGroup() {}

  /**
   * Joins a group; returns when all ranks have. See {@link ProcessGroups#tcp}.
   *
   * @param host host of rank 0
   * @param port port on which rank 0 listens
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param secret shared by all members
   * @param timeout how long joining, and later each broadcast and all-gather, waits for the others
   * @return this member's end of the group
   * @throws IllegalArgumentException if an argument is out of range, or the secret is empty and the
   *     address not loopback
   * @throws CollectiveException if the ranks disagree, the secret is wrong, or time runs out
   */
  static ProcessGroup join(
      String host, int port, int rank, int worldSize, String secret, Duration timeout) {
    Duration limit = ProcessGroupBase.requireTimeout(timeout);
    ProcessGroupBase.requireWorldSize(worldSize);
    if (rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "process group: rank " + rank + " is not in 0.." + (worldSize - 1));
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("process group: port " + port + " is not in 1..65535");
    }
    if (worldSize == 1) {
      return InJvmProcessGroups.create(1, limit).getFirst();
    }
    Secret shared = new Secret(secret);
    return rank == 0
        ? listen(host, port, worldSize, shared, limit).join()
        : follow(host, port, rank, worldSize, shared, limit);
  }

  /** Rank 0's first half: listens, on a free port if {@code port} is 0. */
  static TcpLeader listen(String host, int port, int worldSize, Secret secret, Duration timeout) {
    String what = "process group, rank 0/" + worldSize + ", listen at " + host + ":" + port;
    try {
      return RealTime.call(
          what,
          () -> TcpLeader.listen(resolve(host, secret), port, worldSize, secret, timeout),
          timeout);
    } catch (TimeoutException late) {
      throw TcpFollower.late(0, worldSize, "the address " + host + " is not resolved in time");
    } catch (ExecutionException failure) {
      throw unwrapped(what, failure);
    } catch (InterruptedException interrupt) {
      throw interrupted(what, interrupt);
    }
  }

  private static ProcessGroup follow(
      String host, int port, int rank, int worldSize, Secret secret, Duration timeout) {
    String what = "process group, rank " + rank + "/" + worldSize + ", join " + host + ":" + port;
    long start = System.nanoTime();
    TcpConnector connector = new TcpConnector(host, port, rank, worldSize, secret, timeout);
    try {
      TcpConnection connection = RealTime.call(what, connector, timeout);
      TcpFollower member = new TcpFollower(connection, rank, worldSize, timeout);
      connection.start("process group, rank " + rank, member);
      boolean joined = false;
      try {
        long left = timeout.toNanos() - (System.nanoTime() - start);
        member.join(Duration.ofNanos(Math.max(left, 1)));
        joined = true;
        return member;
      } finally {
        if (!joined) {
          member.close();
        }
      }
    } catch (TimeoutException late) {
      connector.abandon();
      throw TcpFollower.late(rank, worldSize, connector.silence());
    } catch (ExecutionException failure) {
      throw unwrapped(what, failure);
    } catch (IOException lost) {
      throw new CollectiveException(ResultCode.SYSTEM_ERROR, what + ": " + lost.getMessage(), lost);
    } catch (InterruptedException interrupt) {
      connector.abandon();
      throw interrupted(what, interrupt);
    }
  }

  /** The address of a host name; without a secret only loopback is safe from strangers. */
  static InetAddress resolve(String host, Secret secret) throws IOException {
    InetAddress address = InetAddress.getByName(host);
    if (secret.isEmpty() && !address.isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "process group: the secret is empty and "
              + address
              + " is not a loopback address: give all ranks the same secret");
    }
    return address;
  }

  private static RuntimeException unwrapped(String what, ExecutionException failure) {
    Throwable cause = failure.getCause();
    if (cause instanceof CollectiveException || cause instanceof IllegalArgumentException) {
      return (RuntimeException) cause;
    }
    return new CollectiveException(ResultCode.SYSTEM_ERROR, what + ": " + cause, cause);
  }

  private static CollectiveException interrupted(String what, InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new CollectiveException(ResultCode.UNKNOWN, what + ": interrupted", cause);
  }

  /**
   * Joins the group that {@code env} describes. See {@link ProcessGroups#fromEnvironment}.
   *
   * @param env the environment
   * @param timeout at most how long to wait
   * @return this member's end of the group
   * @throws IllegalStateException naming the first variable that is missing or wrong
   */
  static ProcessGroup fromEnvironment(Map<String, String> env, Duration timeout) {
    String host = env.get("MASTER_ADDR");
    if (host == null || host.isBlank()) {
      throw new IllegalStateException(
          "environment variable MASTER_ADDR is not set: the host of rank 0");
    }
    int port = number(env, "MASTER_PORT", "the port on which rank 0 listens", 1, 65_535);
    int rank = number(env, "RANK", "this process's rank", 0, Integer.MAX_VALUE);
    int worldSize = number(env, "WORLD_SIZE", "the number of ranks", 1, Integer.MAX_VALUE);
    if (rank >= worldSize) {
      throw new IllegalStateException(
          "environment variable RANK is " + rank + ", expected less than WORLD_SIZE " + worldSize);
    }
    try {
      String secret = env.getOrDefault(SECRET, "");
      return join(host.strip(), port, rank, worldSize, secret, timeout);
    } catch (IllegalArgumentException refused) {
      throw new IllegalStateException(
          "environment variable " + SECRET + " is not set: " + refused.getMessage(), refused);
    }
  }

  private static int number(
      Map<String, String> env, String name, String meaning, int min, int max) {
    String text = env.get(name);
    if (text == null || text.isBlank()) {
      throw new IllegalStateException("environment variable " + name + " is not set: " + meaning);
    }
    try {
      int value = Integer.parseInt(text.strip());
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException ignored) {
      // Said below, together with numbers out of range.
    }
    String range = max == Integer.MAX_VALUE ? min + " or more" : min + " to " + max;
    throw new IllegalStateException(
        "environment variable " + name + " is '" + text + "', expected " + meaning + ": " + range);
  }
}
