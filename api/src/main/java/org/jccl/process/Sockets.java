package org.jccl.process;

import java.io.Closeable;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Sockets and addresses as process groups want them. */
final class Sockets {
  /** Seconds of silence after which the system asks whether the peer's machine is still there. */
  private static final int IDLE_SECONDS = 5;

  /** Questions without an answer after which the connection is lost. */
  private static final int QUESTIONS = 4;

  private Sockets() {}

  /**
   * Short messages leave at once, and a peer whose machine or network is gone is noticed in half a
   * minute. The system asks, not the program: a process that is stopped or collects garbage answers
   * all the same.
   */
  static void configure(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setKeepAlive(true);
    for (SocketOption<?> option : socket.supportedOptions()) {
      switch (option.name()) {
        case "TCP_KEEPIDLE", "TCP_KEEPINTERVAL" -> set(socket, option, IDLE_SECONDS);
        case "TCP_KEEPCOUNT" -> set(socket, option, QUESTIONS);
        default -> {}
      }
    }
  }

  // Named by text, since the options are in a module that a small run-time image may lack.
  private static <T> void set(Socket socket, SocketOption<T> option, Integer value)
      throws IOException {
    socket.setOption(option, option.type().cast(value));
  }

  /** Closes without a word. */
  static void close(Closeable what) {
    try {
      what.close();
    } catch (IOException ignored) {
      // It is closed in any case.
    }
  }

  /** All addresses of a host, in the order in which the system gives them. */
  static List<InetAddress> addresses(String host) throws IOException {
    return List.of(InetAddress.getAllByName(host));
  }

  /** The addresses of a network interface: IPv4 first, those of the link alone last. */
  static List<InetAddress> addressesOfInterface(String name) throws IOException {
    NetworkInterface found = NetworkInterface.getByName(name);
    if (found == null) {
      List<String> names =
          NetworkInterface.networkInterfaces().map(NetworkInterface::getName).toList();
      throw new IOException("there is no network interface '" + name + "' here, but " + names);
    }
    List<InetAddress> all = new ArrayList<>(found.inetAddresses().toList());
    if (all.isEmpty()) {
      throw new IOException("network interface " + name + " has no address");
    }
    all.sort(
        Comparator.comparing(InetAddress::isLinkLocalAddress)
            .thenComparing(address -> !(address instanceof Inet4Address)));
    return List.copyOf(all);
  }

  /** The interface's address of the same family as {@code peer}. */
  static InetAddress addressOfInterface(String name, InetAddress peer) throws IOException {
    for (InetAddress address : addressesOfInterface(name)) {
      if (address instanceof Inet4Address == peer instanceof Inet4Address) {
        return address;
      }
    }
    throw new IOException("network interface " + name + " cannot reach " + peer);
  }

  /** {@code [::1]:29500}, {@code 127.0.0.1:29500}. */
  static String text(InetAddress address, int port) {
    String host = address.getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
