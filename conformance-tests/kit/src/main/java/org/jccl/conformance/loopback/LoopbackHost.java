package org.jccl.conformance.loopback;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jccl.file.TemporaryFolder;

/**
 * A simulator for ranks in processes of their own: each of them opens a {@link RemoteLoopback},
 * whose calls are made here. A process that ends leaves its rank as it is, as on GPUs: its peers
 * wait for it.
 */
public final class LoopbackHost implements AutoCloseable {
  /** The variable by which processes find the host: the path of its socket. */
  public static final String VARIABLE = "JCCL_LOOPBACK_HOST";

  /** As many devices as the rules ask for. */
  private static final int DEVICES = 8;

  private final TemporaryFolder folder;
  private final Path address;
  private final ServerSocketChannel door;
  private final Map<Wire.Place, Hosted> open = new HashMap<>();
  private final Set<HostedCaller> callers = ConcurrentHashMap.newKeySet();

  private LoopbackHost() throws IOException {
    this.folder = TemporaryFolder.create("loopback");
    this.address = folder.path().resolve("host");
    this.door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    door.bind(UnixDomainSocketAddress.of(address));
    Thread.ofPlatform().daemon().name("loopback-host").start(this::accept);
  }

  /** A host that listens. */
  public static LoopbackHost start() {
    try {
      return new LoopbackHost();
    } catch (IOException failed) {
      throw new UncheckedIOException("no socket for the loopback's host", failed);
    }
  }

  /** What the processes need in their environment. */
  public Map<String, String> environment() {
    return Map.of(VARIABLE, address.toString());
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel channel = door.accept();
        HostedCaller caller = new HostedCaller(this, new Wire(channel));
        callers.add(caller);
        Thread.ofPlatform().daemon().name("loopback-caller").start(caller);
      }
    } catch (IOException closed) {
      // That is its end.
    }
  }

  void ended(HostedCaller caller) {
    callers.remove(caller);
  }

  /** The simulator that a process means, opened by the first that asks. */
  synchronized Hosted hosted(Wire.Place place) {
    return open.computeIfAbsent(
        place, key -> new Hosted(Loopback.open(DEVICES, key.version(), key.environment())));
  }

  @Override
  public void close() {
    try {
      door.close();
    } catch (IOException gone) {
      // It is closed then, too.
    }
    callers.forEach(HostedCaller::end);
    synchronized (this) {
      open.values().forEach(Hosted::end);
      open.clear();
    }
    folder.close();
  }
}
