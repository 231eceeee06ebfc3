package org.jccl.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jccl.CleanText;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Where connections come in while a group is being joined. Who has not proven anything yet is a
 * guest: guests are bounded in number, in bytes (a greeting is one small frame) and in time, all
 * apart from the members, so that no number of strangers keeps a member out. If the door is full,
 * the guest goes that has been there longest, of the address that has most.
 */
final class TcpDoor {
  /** Greets one connection, on a thread of its own. */
  @FunctionalInterface
  interface Greeter {
    /** {@return whether the connection is a member's now; else it is closed} */
    boolean greet(Socket socket) throws IOException;
  }

  /** Most guests at once. */
  static final int MOST_GUESTS = 128;

  /** How long a greeting may take in all. */
  static final Duration GREETING = Duration.ofSeconds(3);

  /** How long a guest may stay even if others wait outside: many times what a greeting takes. */
  private static final long UNDISTURBED = Duration.ofMillis(250).toNanos();

  private static final long PAUSE_MILLIS = 20;
  private static final int MAX_NOTES = 5;

  private record Guest(Socket socket, InetAddress address, long since) {}

  /** How long closing waits for the system to give the port back; it is woken at once. */
  private static final Duration GIVES_BACK = Duration.ofSeconds(2);

  private final ServerSocket server;

  /** The thread that accepts, once it is open: while it is in accept, the port is taken. */
  private volatile @Nullable Thread acceptor;

  /** In the order in which they came. */
  private final Set<Guest> guests = new LinkedHashSet<>();

  private final Deque<String> refusals = new ArrayDeque<>();

  /** Has a port, a free one for 0; who comes waits until it is {@link #open}. */
  TcpDoor(InetSocketAddress address, int backlog) throws IOException {
    server = new ServerSocket();
    boolean bound = false;
    try {
      server.setReuseAddress(true);
      server.bind(address, backlog);
      bound = true;
    } finally {
      if (!bound) {
        Sockets.close(server);
      }
    }
  }

  void open(Greeter greeter) {
    acceptor = RealTime.daemon("process group, rank 0 accepts", () -> accept(greeter));
  }

  int port() {
    return server.getLocalPort();
  }

  String address() {
    return Sockets.text(server.getInetAddress(), server.getLocalPort());
  }

  /** Listens no more; guests are sent away. */
  void close() {
    Sockets.close(server);
    for (Guest guest : present()) {
      send(guest, "the group is complete or has failed");
    }
    awaitPort();
  }

  private void awaitPort() {
    Thread accepting = acceptor;
    if (accepting != null && accepting != Thread.currentThread()) {
      try {
        accepting.join(GIVES_BACK);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The last connections that were turned away, and why. */
  List<String> refusals() {
    synchronized (refusals) {
      return List.copyOf(refusals);
    }
  }

  private void accept(Greeter greeter) {
    while (!server.isClosed()) {
      try {
        makeRoom();
        server.setSoTimeout(untilNextIsLate());
        admit(server.accept(), greeter);
      } catch (SocketTimeoutException late) {
        // Somebody's time is over.
      } catch (IOException | OutOfMemoryError failure) {
        pause(); // It is closed, or the process has no more descriptors or threads.
      } catch (InterruptedException end) {
        return;
      }
      sendLateOnesAway();
    }
  }

  private void pause() {
    try {
      Thread.sleep(server.isClosed() ? 0 : PAUSE_MILLIS);
    } catch (InterruptedException ignored) {
      // Nobody interrupts this thread.
    }
  }

  private void admit(Socket socket, Greeter greeter) {
    Guest guest = new Guest(socket, socket.getInetAddress(), System.nanoTime());
    synchronized (guests) {
      guests.add(guest);
    }
    boolean greeting = false;
    try {
      RealTime.daemon("process group, rank 0 greets", () -> greet(guest, greeter));
      greeting = true;
    } finally {
      if (!greeting) {
        send(guest, "no thread is left to greet it");
      }
    }
    if (server.isClosed()) {
      send(guest, "the group is complete or has failed");
    }
  }

  private void greet(Guest guest, Greeter greeter) {
    boolean member = false;
    try {
      Sockets.configure(guest.socket);
      member = greeter.greet(guest.socket);
    } catch (IOException | RuntimeException failure) {
      if (isPresent(guest)) {
        note(guest, CleanText.messageOf(failure));
      }
    } finally {
      leave(guest);
      if (!member) {
        Sockets.close(guest.socket);
      }
    }
  }

  /** Whether the socket still belongs to a guest; it is a member's from here on. */
  boolean pass(Socket socket) {
    synchronized (guests) {
      boolean present = guests.removeIf(guest -> guest.socket == socket);
      guests.notifyAll();
      return present;
    }
  }

  private boolean isPresent(Guest guest) {
    synchronized (guests) {
      return guests.contains(guest);
    }
  }

  private void leave(Guest guest) {
    synchronized (guests) {
      guests.remove(guest);
      guests.notifyAll();
    }
  }

  private List<Guest> present() {
    synchronized (guests) {
      return List.copyOf(guests);
    }
  }

  private void makeRoom() throws InterruptedException {
    while (true) {
      Guest oldest;
      synchronized (guests) {
        if (guests.size() < MOST_GUESTS) {
          return;
        }
        oldest = ofTheAddressThatHasMost();
        long left = TimeLimit.left(oldest.since + UNDISTURBED);
        if (left > 0) {
          guests.wait(left / 1_000_000 + 1);
          continue;
        }
      }
      send(oldest, "it said nothing while others waited to come in");
    }
  }

  private Guest ofTheAddressThatHasMost() {
    Map<InetAddress, Integer> counts = new HashMap<>();
    guests.forEach(guest -> counts.merge(guest.address, 1, Integer::sum));
    Guest chosen = null;
    int most = 0;
    for (Guest guest : guests) {
      int count = counts.getOrDefault(guest.address, 0);
      if (count > most) {
        chosen = guest;
        most = count;
      }
    }
    if (chosen == null) {
      throw new IllegalStateException("nobody is there");
    }
    return chosen;
  }

  /** Milliseconds for {@link ServerSocket#setSoTimeout}: 0 is for ever. */
  private int untilNextIsLate() {
    synchronized (guests) {
      return guests.isEmpty()
          ? 0
          : (int) (TimeLimit.left(deadline(guests.iterator().next())) / 1_000_000) + 1;
    }
  }

  private static long deadline(Guest guest) {
    return guest.since + GREETING.toNanos();
  }

  private void sendLateOnesAway() {
    List<Guest> late = new ArrayList<>(present());
    late.removeIf(guest -> TimeLimit.left(deadline(guest)) > 0);
    late.forEach(guest -> send(guest, "no greeting within " + GREETING.toSeconds() + " s"));
  }

  private void send(Guest guest, String why) {
    if (pass(guest.socket)) {
      note(guest, why);
      Sockets.close(guest.socket);
    }
  }

  private void note(Guest guest, String why) {
    synchronized (refusals) {
      if (refusals.size() == MAX_NOTES) {
        refusals.removeFirst();
      }
      refusals.addLast(Sockets.text(guest.address, guest.socket.getPort()) + ": " + why);
    }
  }
}
