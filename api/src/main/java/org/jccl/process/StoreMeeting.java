package org.jccl.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jccl.CleanText;
import org.jccl.ProcessGroup;
import org.jccl.config.TimeLimit;

/**
 * Ranks that find each other through a store: rank 0 listens on a port that is free and tells it to
 * the others, with a secret that it has made, through the store. Then the group is one over TCP.
 */
final class StoreMeeting {
  private static final String KEY = "jccl/group/";

  private final TcpSettings store;
  private final String key;
  private final String givenSecret;

  /**
   * A meeting.
   *
   * @param store host and port are the store's
   * @param attempt tells this start of the job from others that use the same store
   */
  StoreMeeting(TcpSettings store, String attempt) {
    this.store = store;
    this.key = KEY + attempt + "/rank0";
    this.givenSecret = store.secret();
  }

  /**
   * Joins.
   *
   * @param listening is told on rank 0 at which address it listens
   */
  ProcessGroup join(Consumer<String> listening) {
    return store.rank() == 0 ? lead(listening) : TcpProcessGroup.follow(store, this::find);
  }

  private ProcessGroup lead(Consumer<String> listening) {
    long deadline = new TimeLimit(store.timeout()).deadline();
    String secret = givenSecret.isEmpty() ? Secret.random() : givenSecret;
    // The store's host is that of rank 0's agent; this machine's address on the way to it is one
    // that the others reach, too.
    String host = call("find the store at " + store.place(), this::ownAddress, deadline);
    TcpLeader leader =
        TcpProcessGroup.listen(store.at(host, 0).withSecret(secret).within(left(deadline)));
    listening.accept(leader.address());
    boolean told = false;
    try {
      String place = leader.port() + " " + (givenSecret.isEmpty() ? secret : "-") + " " + host;
      call("tell the store where rank 0 is", () -> tell(place), deadline);
      told = true;
    } finally {
      if (!told) {
        leader.close();
      }
    }
    return leader.join(left(deadline));
  }

  private static Duration left(long deadline) {
    return TimeLimit.ofNanos(TimeLimit.left(deadline)).duration();
  }

  private String ownAddress() throws IOException, InterruptedException {
    try (TorchStoreClient client = client(store.timeout())) {
      return client.ownAddress().getHostAddress();
    }
  }

  private String tell(String place) throws IOException, InterruptedException {
    try (TorchStoreClient client = client(store.timeout())) {
      client.set(key, place.getBytes(StandardCharsets.UTF_8));
      client.isThere(List.of(key)); // Answered when the value is there.
      return place;
    }
  }

  private TorchStoreClient client(Duration limit) throws IOException, InterruptedException {
    return TorchStoreClient.connect(store.host(), store.port(), limit);
  }

  /** Where rank 0 says it is; asked anew for each attempt, since what is there may be of before. */
  private TcpSettings find() throws IOException {
    try (TorchStoreClient client = client(Duration.ofSeconds(2))) {
      if (!client.await(List.of(key), Duration.ofSeconds(1))) {
        throw new IOException("rank 0 has not told the store where it is");
      }
      return read(new String(client.get(key), StandardCharsets.UTF_8));
    } catch (InterruptedException end) {
      throw new IOException("interrupted", end);
    }
  }

  private TcpSettings read(String place) throws IOException {
    String[] parts = place.split(" ", 3);
    try {
      if (parts.length == 3) {
        String secret = parts[1].equals("-") ? givenSecret : parts[1];
        int port = Integer.parseInt(parts[0]);
        if (port > 0 && port <= 65_535) {
          return store.at(parts[2], port).withSecret(secret);
        }
      }
    } catch (NumberFormatException ignored) {
      // Said below.
    }
    throw new IOException(
        "the store has no address of rank 0, but '" + CleanText.line(place) + "'");
  }

  /** What blocks in sockets, on a helper thread. */
  @FunctionalInterface
  private interface Talk {
    String talk() throws IOException, InterruptedException;
  }

  private String call(String doing, Talk talk, long deadline) {
    String what = store.who() + doing;
    try {
      return RealTime.call(what, talk::talk, left(deadline));
    } catch (TimeoutException late) {
      throw TcpFollower.late(store.rank(), store.worldSize(), "cannot " + doing + " in time");
    } catch (ExecutionException failure) {
      throw TcpProcessGroup.unwrapped(what, failure);
    } catch (InterruptedException interrupt) {
      throw TcpProcessGroup.interrupted(what, interrupt);
    }
  }
}
