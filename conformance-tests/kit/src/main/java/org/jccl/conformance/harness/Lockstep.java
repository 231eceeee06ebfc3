package org.jccl.conformance.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jccl.ProcessGroup;
import org.jccl.process.ProcessGroups;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * This process as one of several that run the same rules in the same order, a rank in each. They
 * find each other as a launcher says ({@code RANK}, {@code WORLD_SIZE}, …), and meet after each
 * body of a rule. A failure ends a process: whoever has started them starts them anew.
 */
public final class Lockstep implements AutoCloseable {
  /** The variable of a process that runs rules in step: where its random choices begin. */
  public static final String VARIABLE = "JCCL_RULES_IN_STEP";

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Between a place and why the rule is not shown there. */
  private static final String SKIPS = "\n";

  private static final String LOOPBACK = "127.0.0.1";

  private final ProcessGroup group;
  private final long seed;
  private final AtomicBoolean broken = new AtomicBoolean();
  private int meetings;

  Lockstep(ProcessGroup group, long seed) {
    this.group = group;
    this.seed = seed;
  }

  /** Meets the other processes; empty if this one was not started to run rules in step. */
  public static Optional<Lockstep> ofEnvironment() {
    return Optional.ofNullable(System.getenv(VARIABLE))
        .map(seed -> new Lockstep(ProcessGroups.fromEnvironment(PATIENCE), Long.parseLong(seed)));
  }

  /** The rank of this process. */
  public int rank() {
    return group.rank();
  }

  /** How many processes there are. */
  public int size() {
    return group.worldSize();
  }

  /** Where the random choices of a test begin, the same in all processes. */
  public String seedOf(String test) {
    return String.valueOf(seed ^ ((long) test.hashCode() << 20));
  }

  /** Whether a body has failed here, so that this process is out of step. */
  public boolean isBroken() {
    return broken.get();
  }

  void fail() {
    broken.set(true);
  }

  /** Whether the process has a rank of a world of that size. */
  boolean isIn(int worldSize) {
    return rank() < worldSize;
  }

  /** What rank 0 has made, in all processes. */
  byte[] shared(Supplier<byte[]> made) {
    return group.broadcast(rank() == 0 ? made.get() : new byte[0], 0);
  }

  /** A process group for the ranks of a world, in those processes that have one. */
  List<ProcessGroup> newGroup(int worldSize) {
    String secret = System.getenv().getOrDefault("JCCL_GROUP_SECRET", "");
    String host = System.getenv().getOrDefault("MASTER_ADDR", LOOPBACK);
    String port = new String(shared(Lockstep::freePort), StandardCharsets.US_ASCII);
    return isIn(worldSize)
        ? List.of(
            ProcessGroups.tcp(host, Integer.parseInt(port), rank(), worldSize, secret, PATIENCE))
        : List.of();
  }

  private static byte[] freePort() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      return String.valueOf(free.getLocalPort()).getBytes(StandardCharsets.US_ASCII);
    } catch (IOException none) {
      throw new IllegalStateException("no port is free: " + none.getMessage(), none);
    }
  }

  /**
   * Waits until all processes are here. One that cannot show the rule ends the test of all, also of
   * those that had no rank in this body: they would go on with the next one alone.
   *
   * @param place where this one is, in words
   * @param notShown why this one cannot show the rule; null if it can
   * @throws TestAbortedException if one of them cannot, with its words
   * @throws IllegalStateException if another one is somewhere else
   */
  void meet(String place, @Nullable TestAbortedException notShown) {
    String own = ++meetings + " " + place;
    String words = notShown == null ? "" : SKIPS + notShown.getMessage();
    List<byte[]> all = group.allGather((own + words).getBytes(StandardCharsets.UTF_8));
    String skips = null;
    for (int rank = 0; rank < all.size(); rank++) {
      String other = new String(all.get(rank), StandardCharsets.UTF_8);
      int end = other.indexOf(SKIPS);
      if (!(end < 0 ? other : other.substring(0, end)).equals(own)) {
        fail();
        throw new IllegalStateException(
            "rank " + rank() + " is at '" + own + "', rank " + rank + " at '" + other + "'");
      }
      if (end >= 0 && skips == null) {
        skips = other.substring(end + SKIPS.length());
      }
    }
    if (skips != null) {
      fail();
      throw notShown == null ? new TestAbortedException(skips) : notShown;
    }
  }

  /** Rows of which each process has some, in all processes. */
  public long[][] exchanged(long[][] rows) {
    int bytes = 0;
    for (long[] row : rows) {
      bytes += row == null ? 0 : 2 * Integer.BYTES + row.length * Long.BYTES;
    }
    ByteBuffer own = ByteBuffer.allocate(bytes);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] != null) {
        own.putInt(i).putInt(rows[i].length);
        own.asLongBuffer().put(rows[i]);
        own.position(own.position() + rows[i].length * Long.BYTES);
      }
    }
    long[][] all = new long[rows.length][];
    for (byte[] each : group.allGather(own.array())) {
      ByteBuffer other = ByteBuffer.wrap(each);
      while (other.hasRemaining()) {
        int row = other.getInt();
        all[row] = new long[other.getInt()];
        other.asLongBuffer().get(all[row]);
        other.position(other.position() + all[row].length * Long.BYTES);
      }
    }
    return all;
  }

  @Override
  public void close() {
    group.close();
  }
}
