package org.jccl.process;

import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * As whom a member joins a group over TCP, where, and how the group is kept from strangers.
 *
 * @param host name or address of rank 0's host, IPv4 or IPv6; rank 0 listens on this address
 * @param port port on which rank 0 listens
 * @param rank a rank, 0 to {@code worldSize - 1}
 * @param worldSize number of ranks
 * @param secret shared by all members; empty is allowed on loopback addresses only
 * @param timeout at most how long joining, and later each operation, waits for the others
 * @param networkInterface name of the interface on which rank 0 listens and from which the others
 *     connect, as {@code eth0}; null leaves it to {@code host} and the system
 * @param tls encrypts the connections by TLS 1.3, each side with a certificate that the other
 *     trusts; null for none
 */
public record TcpSettings(
    String host,
    int port,
    int rank,
    int worldSize,
    String secret,
    Duration timeout,
    @Nullable String networkInterface,
    @Nullable SSLContext tls) {
  /**
   * {@return settings without an interface and without TLS}
   *
   * @param host name or address of rank 0's host
   * @param port port on which rank 0 listens
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param secret shared by all members
   * @param timeout at most how long to wait
   */
  public static TcpSettings of(
      String host, int port, int rank, int worldSize, String secret, Duration timeout) {
    return new TcpSettings(host, port, rank, worldSize, secret, timeout, null, null);
  }

  /**
   * {@return the same on one network interface}
   *
   * @param name its name, as {@code eth0}; null leaves it to the host
   */
  public TcpSettings onInterface(@Nullable String name) {
    return new TcpSettings(host, port, rank, worldSize, secret, timeout, name, tls);
  }

  /**
   * {@return the same with TLS}
   *
   * @param context has this member's certificate, and trusts those of the others; null for none
   */
  public TcpSettings withTls(@Nullable SSLContext context) {
    return new TcpSettings(host, port, rank, worldSize, secret, timeout, networkInterface, context);
  }

  TcpSettings at(String otherHost, int otherPort) {
    return new TcpSettings(
        otherHost, otherPort, rank, worldSize, secret, timeout, networkInterface, tls);
  }

  TcpSettings within(Duration limit) {
    return new TcpSettings(host, port, rank, worldSize, secret, limit, networkInterface, tls);
  }

  TcpSettings withSecret(String other) {
    return new TcpSettings(host, port, rank, worldSize, other, timeout, networkInterface, tls);
  }

  /** The head of every message. */
  String who() {
    return "process group, rank " + rank + "/" + worldSize + ", ";
  }

  /** Where rank 0 is, for messages. */
  String place() {
    return (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return who()
        + "at "
        + place()
        + (secret.isEmpty() ? ", without a secret" : ", with a secret")
        + (tls == null ? "" : ", TLS");
  }
}
