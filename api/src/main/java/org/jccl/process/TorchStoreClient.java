package org.jccl.process;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jccl.config.TimeLimit;

/**
 * A client of the store that PyTorch 2 calls {@code TCPStore}: keys and bytes at a server. One
 * connection, one request after the other, all numbers little-endian. The store knows no secret:
 * whoever reaches its port reads and writes.
 *
 * <p>Blocks in sockets: for helper threads. Not for several threads at once.
 */
final class TorchStoreClient implements AutoCloseable {
  private static final int MAGIC = 0x3C85F7CE;

  // What a request says, by its first byte.
  private static final int VALIDATE = 0;
  private static final int SET = 1;
  private static final int GET = 3;
  private static final int ADD = 4;
  private static final int CHECK = 5;
  private static final int WAIT = 6;
  private static final int DELETE = 8;
  private static final int APPEND = 9;
  private static final int CANCEL_WAIT = 12;

  // What the server answers to WAIT and CHECK.
  private static final int STOP_WAITING = 0;
  private static final int WAIT_CANCELED = 1;
  private static final int READY = 0;

  /** Put by torch before each key of a program; its own key {@link #WORKERS} has none. */
  private static final String PREFIX = "/";

  /** Where the server counts who has come. */
  private static final String WORKERS = "init/";

  /** Most bytes of a value that is believed. */
  private static final int MOST = ProcessGroupBase.MAX_PAYLOAD + 4096;

  /** How long the server may take for an answer that it need not wait for. */
  private static final Duration PROMPT = Duration.ofSeconds(30);

  private static final long PAUSE_MILLIS = 50;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  private TorchStoreClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    this.out = new BufferedOutputStream(socket.getOutputStream());
  }

  /** Connects, again and again until a store answers or time is over. */
  static TorchStoreClient connect(String host, int port, Duration timeout)
      throws IOException, InterruptedException {
    long deadline = new TimeLimit(timeout).deadline();
    while (true) {
      try {
        return tryAll(host, port, deadline);
      } catch (ProtocolException wrong) {
        throw wrong;
      } catch (IOException notYet) {
        if (TimeLimit.left(deadline) == 0) {
          throw notYet;
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private static TorchStoreClient tryAll(String host, int port, long deadline) throws IOException {
    IOException last = new IOException(host + " has no address");
    for (InetAddress address : Sockets.addresses(host)) {
      Socket socket = new Socket();
      boolean connected = false;
      try {
        socket.connect(new InetSocketAddress(address, port), millis(deadline));
        Sockets.configure(socket);
        TorchStoreClient client = new TorchStoreClient(socket);
        client.validate();
        connected = true;
        return client;
      } catch (IOException failure) {
        last = failure;
      } finally {
        if (!connected) {
          Sockets.close(socket);
        }
      }
    }
    throw last;
  }

  private static int millis(long deadline) {
    return Math.clamp(TimeLimit.left(deadline) / 1_000_000, 1, Integer.MAX_VALUE);
  }

  /** The greeting, which is not answered; a first small question shows who is there. */
  private void validate() throws IOException {
    out.write(VALIDATE);
    out.write(little(Integer.BYTES).putInt(MAGIC).array());
    try {
      isThere(List.of("jccl"));
    } catch (EOFException | SocketTimeoutException silent) {
      throw new ProtocolException(
          "what listens at "
              + Sockets.text(socket.getInetAddress(), socket.getPort())
              + " does not answer as a TCPStore of PyTorch 2 does");
    }
  }

  /** Counts this process as one of the workers for whom the server's process may wait. */
  void countIn() throws IOException {
    add(WORKERS, 1);
  }

  void set(String key, byte[] value) throws IOException {
    request(SET);
    bytes(PREFIX + key);
    bytes(value);
    out.flush();
  }

  /** Adds to what the key has; a store keeps that as long as it lives. */
  void append(String key, byte[] value) throws IOException {
    request(APPEND);
    bytes(PREFIX + key);
    bytes(value);
    out.flush();
  }

  /** The value of a key that is there. */
  byte[] get(String key) throws IOException {
    request(GET);
    bytes(PREFIX + key);
    out.flush();
    promptly();
    long length = ByteBuffer.wrap(exactly(Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > MOST) {
      throw new ProtocolException("the value of " + key + " has " + length + " bytes: too many");
    }
    return exactly((int) length);
  }

  /** Adds to a counter; its value then. */
  long increment(String key, long by) throws IOException {
    return add(PREFIX + key, by);
  }

  private long add(String key, long by) throws IOException {
    request(ADD);
    bytes(key);
    out.write(little(Long.BYTES).putLong(by).array());
    out.flush();
    return number();
  }

  boolean delete(String key) throws IOException {
    request(DELETE);
    bytes(PREFIX + key);
    out.flush();
    return number() == 1;
  }

  /** Whether all these keys are there. */
  boolean isThere(List<String> keys) throws IOException {
    request(CHECK);
    keys(keys);
    out.flush();
    promptly();
    return answer() == READY;
  }

  /** Waits until all these keys are there; false if time is over first. */
  boolean await(List<String> keys, Duration limit) throws IOException {
    request(WAIT);
    keys(keys);
    out.flush();
    socket.setSoTimeout(Math.clamp(limit.toMillis(), 1, Integer.MAX_VALUE));
    try {
      return stopped(answer());
    } catch (SocketTimeoutException late) {
      // The answer may be on its way: the server tells both.
      request(CANCEL_WAIT);
      out.flush();
      promptly();
      boolean came = answer() == STOP_WAITING;
      if (came && answer() != WAIT_CANCELED) {
        throw new ProtocolException("the store did not end a wait as PyTorch's does");
      }
      return came;
    }
  }

  private static boolean stopped(int answer) throws IOException {
    if (answer != STOP_WAITING) {
      throw new ProtocolException("the store answered " + answer + " to a wait");
    }
    return true;
  }

  private void request(int code) throws IOException {
    out.write(code);
  }

  private void keys(List<String> keys) throws IOException {
    out.write(little(Long.BYTES).putLong(keys.size()).array());
    for (String key : keys) {
      bytes(PREFIX + key);
    }
  }

  private void bytes(String text) throws IOException {
    bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private void bytes(byte[] value) throws IOException {
    out.write(little(Long.BYTES).putLong(value.length).array());
    out.write(value);
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void promptly() throws IOException {
    socket.setSoTimeout((int) PROMPT.toMillis());
  }

  private long number() throws IOException {
    promptly();
    return ByteBuffer.wrap(exactly(Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private int answer() throws IOException {
    return exactly(1)[0];
  }

  private byte[] exactly(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the store closed the connection");
    }
    return bytes;
  }

  /** Where the store is, for messages. */
  String place() {
    return Sockets.text(socket.getInetAddress(), socket.getPort());
  }

  /** This machine's address on the way to the store. */
  InetAddress ownAddress() {
    return socket.getLocalAddress();
  }

  @Override
  public void close() {
    Sockets.close(socket);
  }
}
