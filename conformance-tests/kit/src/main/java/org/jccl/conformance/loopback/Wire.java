package org.jccl.conformance.loopback;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection between a process with a rank and the process that has the simulator. It
 * carries calls and their answers in Java's own serialization: both ends are processes of one user,
 * and the socket lies in a folder of that user's.
 */
final class Wire implements AutoCloseable {
  private static final int MOST_BYTES = 1 << 30;

  /** Nothing but the JDK's and jccl's own classes. */
  private static final ObjectInputFilter OWN =
      ObjectInputFilter.Config.createFilter(
          "maxbytes=" + MOST_BYTES + ";maxdepth=100;java.**;org.jccl.**;org.opentest4j.**;!*");

  private final SocketChannel channel;
  private final DataInputStream in;
  private final DataOutputStream out;

  Wire(SocketChannel channel) {
    this.channel = channel;
    this.in = new DataInputStream(Channels.newInputStream(channel));
    this.out = new DataOutputStream(Channels.newOutputStream(channel));
  }

  /**
   * Which simulator is meant.
   *
   * @param version version code of the simulated library
   * @param environment NCCL's variables as the library sees them
   * @param serial the how manieth of its kind: equal in all processes that meet in it
   */
  record Place(int version, Map<String, String> environment, int serial) implements Serializable {}

  /** The first message of a connection: the simulator, and the process that calls. */
  record Hello(Place place, long process) implements Serializable {}

  /** An object that stays with the host. */
  record Ref(long id, Class<?> type) implements Serializable {}

  /**
   * Memory of the caller.
   *
   * @param token the number by which both sides know it
   * @param bytes what is in it
   * @param texts what its pointers to texts point to, by their offsets
   * @param heap whether it is an array of Java's
   * @param again whether it may be written once more
   */
  record Lent(long token, byte[] bytes, Map<Long, String> texts, boolean heap, boolean again)
      implements Serializable {}

  /** A call of {@code method} of the object {@code target}. */
  record Call(long target, String method, @Nullable Object[] arguments) implements Serializable {}

  /** What came of it, and what lent memory holds now. */
  record Answer(@Nullable Object result, @Nullable Throwable thrown, List<Lent> memory)
      implements Serializable {}

  /** The methods of an interface by name and types. */
  static Map<String, Method> methods(Class<?> type) {
    Map<String, Method> methods = new HashMap<>();
    for (Method each : type.getMethods()) {
      if (!Modifier.isStatic(each.getModifiers())) {
        methods.put(key(each), each);
      }
    }
    return methods;
  }

  /** An argument that cannot be missing. */
  static <T> T argument(@Nullable Object[] arguments, int at, Class<T> type) {
    return type.cast(Objects.requireNonNull(arguments[at]));
  }

  /** A method by name and types. */
  static String key(Method method) {
    return method.getName() + Arrays.toString(method.getParameterTypes());
  }

  synchronized void write(Serializable message) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream objects = new ObjectOutputStream(bytes)) {
      objects.writeObject(message);
    }
    out.writeInt(bytes.size());
    bytes.writeTo(out);
    out.flush();
  }

  <T> T read(Class<T> type) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MOST_BYTES) {
      throw new IOException("a message of " + length + " bytes");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the other process has ended");
    }
    try (ObjectInputStream objects = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      objects.setObjectInputFilter(OWN);
      return type.cast(objects.readObject());
    } catch (ClassNotFoundException unknown) {
      throw new IOException("an unknown class: " + unknown.getMessage(), unknown);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException gone) {
      // It is closed then, too.
    }
  }
}
