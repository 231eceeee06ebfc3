package org.jccl.process;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A store that speaks as PyTorch's TCPStore does, as far as jccl's client asks. */
final class SmallTorchStore implements Closeable {
  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  /** Also the lock. */
  private final Map<String, byte[]> values = new HashMap<>();

  /** What an answer waits for: a slow store. */
  private volatile CountDownLatch slow = new CountDownLatch(0);

  /** From now on it answers nothing, until that is run. */
  Runnable isSlow() {
    CountDownLatch until = new CountDownLatch(1);
    slow = until;
    return until::countDown;
  }

  SmallTorchStore() throws IOException {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                while (true) {
                  Socket socket = server.accept();
                  sockets.add(socket);
                  Thread.ofPlatform().daemon().start(() -> serve(socket));
                }
              } catch (IOException closed) {
                // The test is over.
              }
            });
  }

  int port() {
    return server.getLocalPort();
  }

  /** The keys that are there, as the server has them. */
  List<String> keys() {
    synchronized (values) {
      return values.keySet().stream().sorted().toList();
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      Client client = new Client(socket);
      if (client.in.read() != 0 || client.number32() != 0x3C85F7CE) {
        return;
      }
      for (int code = client.in.read(); code >= 0; code = client.in.read()) {
        slow.await();
        client.answer(code);
      }
    } catch (IOException | UncheckedIOException | InterruptedException gone) {
      // So has the client.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private final class Client {
    private final DataInputStream in;
    private final OutputStream out;

    /** What its wait is for; a new one ends the one before. */
    private long wait;

    Client(Socket socket) throws IOException {
      in = new DataInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    }

    void answer(int code) throws IOException {
      switch (code) {
        case 1 -> {
          String key = key();
          put(key, bytes());
        }
        case 3 -> {
          byte[] value = value(key());
          number(value.length);
          out.write(value);
        }
        case 4 -> add(key(), number64());
        case 5 -> out.write(areThere(keys()) ? 0 : 1);
        case 6 -> await(keys());
        case 8 -> {
          String key = key();
          synchronized (values) {
            number(values.remove(key) == null ? 0 : 1);
          }
        }
        case 9 -> {
          String key = key();
          append(key, bytes());
        }
        case 12 -> {
          synchronized (values) {
            wait++;
            out.write(1);
          }
        }
        default -> throw new IOException("unknown request " + code);
      }
    }

    private void put(String key, byte[] value) {
      synchronized (values) {
        values.put(key, value);
        values.notifyAll();
      }
    }

    private void append(String key, byte[] more) {
      synchronized (values) {
        byte[] before = values.getOrDefault(key, new byte[0]);
        byte[] all = Arrays.copyOf(before, before.length + more.length);
        System.arraycopy(more, 0, all, before.length, more.length);
        put(key, all);
      }
    }

    private void add(String key, long by) throws IOException {
      synchronized (values) {
        byte[] before = values.getOrDefault(key, "0".getBytes(StandardCharsets.US_ASCII));
        long sum = Long.parseLong(new String(before, StandardCharsets.US_ASCII)) + by;
        put(key, String.valueOf(sum).getBytes(StandardCharsets.US_ASCII));
        number(sum);
      }
    }

    private boolean areThere(List<String> keys) {
      synchronized (values) {
        return values.keySet().containsAll(keys);
      }
    }

    /** Answers when the keys are there, unless the wait was cancelled. */
    private void await(List<String> keys) {
      long own;
      synchronized (values) {
        own = ++wait;
      }
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                synchronized (values) {
                  try {
                    while (wait == own && !areThere(keys)) {
                      values.wait();
                    }
                    if (wait == own) {
                      out.write(0);
                    }
                  } catch (IOException | InterruptedException gone) {
                    // Nobody waits any more.
                  }
                }
              });
    }

    private byte[] value(String key) throws IOException {
      synchronized (values) {
        byte[] value = values.get(key);
        if (value == null) {
          throw new IOException("no " + key);
        }
        return value;
      }
    }

    private List<String> keys() throws IOException {
      List<String> keys = new ArrayList<>();
      for (long left = number64(); left > 0; left--) {
        keys.add(key());
      }
      return keys;
    }

    private String key() throws IOException {
      return new String(bytes(), StandardCharsets.UTF_8);
    }

    private byte[] bytes() throws IOException {
      return in.readNBytes((int) number64());
    }

    private int number32() throws IOException {
      return Integer.reverseBytes(in.readInt());
    }

    private long number64() throws IOException {
      return Long.reverseBytes(in.readLong());
    }

    private void number(long value) throws IOException {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    }
  }
}
