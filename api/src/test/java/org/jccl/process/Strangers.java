package org.jccl.process;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** Peers as an attacker writes them, by hand over sockets. */
final class Strangers {
  private Strangers() {}

  /** A member that has greeted as it should; what it says from then on is up to the test. */
  static final class HandMember implements Closeable {
    final Socket socket;
    final DataInputStream in;
    final DataOutputStream out;
    private final int rank;
    private final int worldSize;
    private final FrameSeal own;
    private final FrameSeal leaders;

    HandMember(int port, int rank, int worldSize, String secretText) throws IOException {
      this.rank = rank;
      this.worldSize = worldSize;
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      in = new DataInputStream(socket.getInputStream());
      out = new DataOutputStream(socket.getOutputStream());
      Secret secret = new Secret(secretText);
      byte[] challenge = Frame.read(in, Frame.MAX_UNPROVEN).payload();
      byte[] nonce = secret.nonce();
      byte[] proof = secret.memberProof(challenge, nonce, rank, worldSize);
      byte[] hello = Arrays.copyOf(nonce, nonce.length + proof.length);
      System.arraycopy(proof, 0, hello, nonce.length, proof.length);
      Frame.of(Frame.Kind.HELLO, rank, worldSize, hello).write(out);
      Frame answer = Frame.read(in, Frame.MAX_UNPROVEN);
      if (answer.kind() != Frame.Kind.WELCOME) {
        throw new IOException("no welcome but " + answer.kind());
      }
      own = secret.memberSeal(challenge, nonce, rank, worldSize);
      leaders = secret.leaderSeal(challenge, nonce, rank, worldSize);
    }

    void arrive(ControlCall call, byte[] payload) throws IOException {
      send(new Frame(Frame.Kind.ARRIVE, rank, worldSize, call, payload));
    }

    void send(Frame frame) throws IOException {
      frame.write(out, own);
    }

    Frame next() throws IOException {
      return Frame.read(in, ProcessGroupBase.MAX_PAYLOAD, leaders);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Stands between members and rank 0, and may change what passes. */
  static final class Relay implements Closeable {
    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /**
     * Listens.
     *
     * @param toLeader what becomes of each frame of a member
     * @param toMember what becomes of each frame of rank 0
     */
    Relay(int leader, UnaryOperator<List<byte[]>> toLeader, UnaryOperator<List<byte[]>> toMember)
        throws IOException {
      server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  while (true) {
                    Socket member = server.accept();
                    Socket to = new Socket(InetAddress.getLoopbackAddress(), leader);
                    sockets.add(member);
                    sockets.add(to);
                    pass(member, to, toLeader);
                    pass(to, member, toMember);
                  }
                } catch (IOException closed) {
                  // The test is over.
                }
              });
    }

    int port() {
      return server.getLocalPort();
    }

    /** One frame after the other, as bytes: header, payload, and the seal after the greeting. */
    private void pass(Socket from, Socket to, UnaryOperator<List<byte[]>> change) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  InputStream in = from.getInputStream();
                  OutputStream out = to.getOutputStream();
                  while (true) {
                    byte[] header = in.readNBytes(Frame.HEADER);
                    if (header.length < Frame.HEADER) {
                      break;
                    }
                    int length = ByteBuffer.wrap(header).getInt(Frame.HEADER - Integer.BYTES);
                    boolean greeting = header[6] <= Frame.Kind.REFUSED.ordinal();
                    byte[] rest = in.readNBytes(length + (greeting ? 0 : FrameSeal.BYTES));
                    byte[] frame = Arrays.copyOf(header, header.length + rest.length);
                    System.arraycopy(rest, 0, frame, header.length, rest.length);
                    List<byte[]> said = new ArrayList<>(List.of(frame));
                    for (byte[] each : greeting ? said : change.apply(said)) {
                      out.write(each);
                    }
                  }
                  to.shutdownOutput();
                } catch (IOException lost) {
                  // One side has gone.
                }
              });
    }

    @Override
    public void close() throws IOException {
      server.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
