package org.jccl.conformance.loopback;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jccl.Backend;
import org.jccl.Device;
import org.jccl.nccl.NcclBackend;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/**
 * NCCL's backend over a simulator in another process, the {@link LoopbackHost}: several processes
 * with a rank each meet there, as on GPUs. Work whose body is the program's own cannot run.
 */
public final class RemoteLoopback implements AutoCloseable {
  private static final int DEVICES = 8;
  private static final Map<Map.Entry<Integer, Map<String, String>>, Integer> OPENED =
      new ConcurrentHashMap<>();

  private final String address;
  private final Wire.Place place;
  private final ThreadLocal<Wire> own = new ThreadLocal<>();
  private final ConcurrentLinkedQueue<Line> lines = new ConcurrentLinkedQueue<>();
  private final AtomicLong tokens = new AtomicLong();
  private final Map<Long, MemorySegment> lent = new ConcurrentHashMap<>();
  private final RemoteObjects objects;
  private final StubLibrary stubs;
  private final NcclBackend backend;

  /** A thread and its connection. */
  private record Line(Thread thread, Wire wire) {}

  private RemoteLoopback(
      String address,
      int version,
      Map<String, String> environment,
      UnaryOperator<NcclAbi> between) {
    this.address = address;
    int serial = OPENED.merge(Map.entry(version, environment), 1, Integer::sum);
    this.place = new Wire.Place(version, Map.copyOf(environment), serial);
    this.objects = new RemoteObjects(this);
    this.stubs =
        new StubLibrary(
            between.apply(new RemoteLibrary(this, version, environment).abi()), version);
    this.backend = NcclBackend.over(stubs.library("loopback to another process"), this::devicesOf);
  }

  /**
   * The simulator of the host that this process was started with; empty if there is none. The nth
   * one that is opened with a version and variables is the same in all processes.
   */
  public static Optional<RemoteLoopback> open(int version, Map<String, String> environment) {
    return open(version, environment, UnaryOperator.identity());
  }

  /** The same with something between that watches or changes the calls of this process. */
  public static Optional<RemoteLoopback> open(
      int version, Map<String, String> environment, UnaryOperator<NcclAbi> between) {
    return Optional.ofNullable(System.getenv(LoopbackHost.VARIABLE))
        .map(address -> new RemoteLoopback(address, version, environment, between));
  }

  private List<Device> devicesOf(Backend of) {
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      devices.add(objects.device(of, Hosted.FIRST_DEVICE + i));
    }
    return devices;
  }

  /** The typed surface. */
  public NcclBackend backend() {
    return backend;
  }

  /** The raw surface: the binding over the stubs. */
  public NcclAbi raw() {
    return backend.binding();
  }

  /** Calls a method of an object at the host, on the calling thread's own connection. */
  @Nullable Object call(long target, String method, @Nullable Object... arguments)
      throws Throwable {
    @Nullable Object[] sent = new Object[arguments.length];
    List<Long> given = new ArrayList<>();
    for (int i = 0; i < sent.length; i++) {
      sent[i] = sent(arguments[i], given);
    }
    Wire.Answer answer = ask(new Wire.Call(target, method, sent));
    for (Wire.Lent changed : answer.memory()) {
      write(changed);
    }
    if (!method.startsWith("copyOut[")) {
      given.removeIf(this::isDue);
      lent.keySet().removeAll(given);
    }
    Throwable thrown = answer.thrown();
    if (thrown != null) {
      throw thrown;
    }
    return objects.local(answer.result());
  }

  private @Nullable Object sent(@Nullable Object argument, List<Long> given) {
    if (argument instanceof MemorySegment segment) {
      if (segment.address() == 0 && segment.isNative()) {
        return null;
      }
      long token = tokens.incrementAndGet();
      lent.put(token, segment);
      given.add(token);
      return LentCopy.lend(token, segment);
    }
    return objects.remote(argument);
  }

  /** A handle may be told by a later answer. */
  private boolean isDue(long token) {
    MemorySegment segment = lent.get(token);
    return segment != null && segment.byteSize() == Long.BYTES;
  }

  private void write(Wire.Lent changed) {
    MemorySegment target =
        changed.again() ? lent.get(changed.token()) : lent.remove(changed.token());
    if (target != null && !target.isReadOnly()) {
      MemorySegment.copy(MemorySegment.ofArray(changed.bytes()), 0, target, 0, target.byteSize());
    }
  }

  private Wire.Answer ask(Wire.Call call) {
    try {
      Wire wire = own.get();
      if (wire == null) {
        wire = connected();
      }
      wire.write(call);
      return wire.read(Wire.Answer.class);
    } catch (IOException gone) {
      own.remove();
      throw new IllegalStateException("the loopback's host does not answer: " + gone, gone);
    }
  }

  private Wire connected() throws IOException {
    endIdleLines();
    Wire wire = new Wire(SocketChannel.open(UnixDomainSocketAddress.of(address)));
    wire.write(new Wire.Hello(place, ProcessHandle.current().pid()));
    own.set(wire);
    lines.add(new Line(Thread.currentThread(), wire));
    return wire;
  }

  /** Threads that have ended need their connections no more. */
  private void endIdleLines() {
    for (Iterator<Line> each = lines.iterator(); each.hasNext(); ) {
      Line line = each.next();
      if (!line.thread().isAlive()) {
        line.wire().close();
        each.remove();
      }
    }
  }

  @Override
  public void close() {
    backend.close();
    stubs.close();
    lines.forEach(line -> line.wire().close());
  }
}
