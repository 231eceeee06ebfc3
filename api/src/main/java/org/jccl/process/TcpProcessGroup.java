package org.jccl.process;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jccl.CleanText;
import org.jccl.CollectiveException;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Groups whose members are processes, joined over TCP.
 *
 * <p>Rank 0 listens while the group is being joined; every operation goes through it, one message
 * to it and the answer back. A connection proves first that it knows the secret (HMAC-SHA256
 * challenge, both ways); an empty secret is allowed on loopback addresses only. With a secret each
 * later message is sealed ({@link FrameSeal}). It is encrypted only if TLS is asked for.
 *
 * <p>Failures are as in {@link InJvmProcessGroups}: all members fail at once, with the same words,
 * which name the ranks. A member whose process died counts as one that left. Sockets are read and
 * written by daemon threads only; a rank's thread waits for them through {@link
 * org.jccl.spi.Waiting}, by the wall clock. For a simulated rank this is a foreign wait: others run
 * meanwhile, and the run is no longer repeatable.
 */
final class TcpProcessGroup {
  private static final long PAUSE_MILLIS = 50;

  private TcpProcessGroup() {}

  /**
   * Joins a group; returns when all ranks have. See {@link ProcessGroups#tcp(TcpSettings)}.
   *
   * @param listening is told on rank 0 at which address it listens
   * @throws IllegalArgumentException if a setting is out of range, or the secret is empty and the
   *     address not loopback
   * @throws CollectiveException if the ranks disagree, the secret is wrong, or time runs out
   */
  static ProcessGroup join(TcpSettings given, Consumer<String> listening) {
    TcpSettings settings = checked(given);
    if (settings.port() == 0) {
      throw new IllegalArgumentException("process group: port 0 is not in 1..65535");
    }
    if (settings.worldSize() == 1) {
      return InJvmProcessGroups.create(1, settings.timeout()).getFirst();
    }
    long deadline = new TimeLimit(settings.timeout()).deadline();
    if (settings.rank() > 0) {
      return follow(settings, () -> settings);
    }
    TcpLeader leader = listen(settings);
    listening.accept(leader.address());
    return leader.join(TimeLimit.ofNanos(TimeLimit.left(deadline)).duration());
  }

  /** The settings, if they can be meant so; sizes are looked at before anything is made. */
  static TcpSettings checked(TcpSettings given) {
    Duration limit = ProcessGroupBase.requireTimeout(given.timeout());
    ProcessGroupBase.requireWorldSize(given.worldSize());
    if (given.rank() < 0 || given.rank() >= given.worldSize()) {
      throw new IllegalArgumentException(
          "process group: rank " + given.rank() + " is not in 0.." + (given.worldSize() - 1));
    }
    if (given.port() < 0 || given.port() > 65_535) {
      throw new IllegalArgumentException(
          "process group: port " + given.port() + " is not in 1..65535");
    }
    return given.within(limit);
  }

  /** Rank 0's first half: listens, on a free port if the port is 0. */
  static TcpLeader listen(TcpSettings settings) {
    String what = settings.who() + "listen at " + settings.place();
    Listening listening = new Listening(settings);
    try {
      return RealTime.call(what, listening, settings.timeout());
    } catch (TimeoutException late) {
      listening.abandon();
      throw TcpFollower.late(
          0, settings.worldSize(), "rank 0 cannot listen at " + settings.place() + " in time");
    } catch (ExecutionException failure) {
      throw unwrapped(what, failure);
    } catch (InterruptedException interrupt) {
      listening.abandon();
      throw interrupted(what, interrupt);
    }
  }

  /** Looks the address up until it has one, and listens there. */
  private static final class Listening implements Callable<TcpLeader> {
    private final TcpSettings settings;
    private final long deadline;
    private boolean abandoned;
    private @Nullable TcpLeader made;

    Listening(TcpSettings settings) {
      this.settings = settings;
      this.deadline = new TimeLimit(settings.timeout()).deadline();
    }

    synchronized void abandon() {
      abandoned = true;
      if (made != null) {
        made.close();
      }
    }

    private synchronized TcpLeader handOver(TcpLeader leader) throws IOException {
      if (abandoned) {
        leader.close();
        throw new IOException("too late");
      }
      made = leader;
      return leader;
    }

    @Override
    public TcpLeader call() throws Exception {
      while (true) {
        try {
          return handOver(listen());
        } catch (UnknownHostException notYet) {
          // In a cluster that starts, names come with the machines.
          if (TimeLimit.left(deadline) == 0) {
            throw new IOException("the host " + settings.host() + " is not known", notYet);
          }
          Thread.sleep(PAUSE_MILLIS);
        }
      }
    }

    private TcpLeader listen() throws IOException {
      IOException last = new IOException("the host has no address");
      for (InetAddress address : candidates()) {
        try {
          return TcpLeader.listen(address, settings);
        } catch (BindException failure) {
          last =
              new BindException(
                  "cannot listen at "
                      + Sockets.text(address, settings.port())
                      + " ("
                      + failure.getMessage()
                      + "): rank 0 needs an address of its own machine and a port that is free");
        }
      }
      throw last;
    }

    private List<InetAddress> candidates() throws IOException {
      String networkInterface = settings.networkInterface();
      return networkInterface == null
          ? resolve(settings.host(), settings.secret())
          : safe(Sockets.addressesOfInterface(networkInterface), settings.secret());
    }
  }

  /** Any other rank's way into the group. */
  static ProcessGroup follow(TcpSettings settings, TcpConnector.Directory directory) {
    String what = settings.who() + "join " + settings.place();
    long deadline = new TimeLimit(settings.timeout()).deadline();
    TcpConnector connector = new TcpConnector(settings, directory);
    boolean joined = false;
    try {
      TcpConnection connection = RealTime.call(what, connector, settings.timeout());
      TcpLink link = new TcpLink(connection, settings.rank(), settings.worldSize());
      TcpFollower member =
          TcpFollower.of(link, settings.rank(), settings.worldSize(), settings.timeout());
      connection.start("process group, rank " + settings.rank(), link);
      try {
        member.join(TimeLimit.ofNanos(TimeLimit.left(deadline)).duration());
        joined = true;
        return member;
      } finally {
        if (!joined) {
          member.close();
        }
      }
    } catch (TimeoutException late) {
      throw TcpFollower.late(settings.rank(), settings.worldSize(), connector.silence());
    } catch (ExecutionException failure) {
      throw unwrapped(what, failure);
    } catch (IOException lost) {
      throw new CollectiveException(ResultCode.SYSTEM_ERROR, what + ": " + lost.getMessage(), lost);
    } catch (InterruptedException interrupt) {
      throw interrupted(what, interrupt);
    } finally {
      if (!joined) {
        connector.abandon();
      }
    }
  }

  /** The addresses of a host; without a secret only loopback is safe from strangers. */
  static List<InetAddress> resolve(String host, String secret) throws IOException {
    return safe(Sockets.addresses(host), secret);
  }

  private static List<InetAddress> safe(List<InetAddress> addresses, String secret) {
    for (InetAddress address : addresses) {
      if (secret.isEmpty() && !address.isLoopbackAddress()) {
        throw new IllegalArgumentException(
            "process group: the secret is empty and "
                + address
                + " is not a loopback address: give all ranks the same secret");
      }
    }
    return addresses;
  }

  static RuntimeException unwrapped(String what, ExecutionException failure) {
    Throwable cause = failure.getCause();
    if (cause instanceof CollectiveException || cause instanceof IllegalArgumentException) {
      return (RuntimeException) cause;
    }
    return new CollectiveException(
        ResultCode.SYSTEM_ERROR,
        what + ": " + CleanText.messageOf(cause == null ? failure : cause),
        cause);
  }

  static CollectiveException interrupted(String what, InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new CollectiveException(ResultCode.UNKNOWN, what + ": interrupted", cause);
  }
}
