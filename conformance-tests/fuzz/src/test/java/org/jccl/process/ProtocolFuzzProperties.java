package org.jccl.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ProcessGroup;
import org.jccl.conformance.fuzz.Mutations;
import org.jccl.conformance.fuzz.Reading;

/** What comes through a socket of a process group, and the environment that describes one. */
class ProtocolFuzzProperties {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int SOCKET_TRIES = 60;

  private static TcpSettings member(int rank, int port) {
    return TcpSettings.of("127.0.0.1", port, rank, 2, "s", PATIENCE);
  }

  private static byte[] written(Frame frame) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      frame.write(new DataOutputStream(bytes));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  @Provide
  Arbitrary<byte[]> frames() {
    return Mutations.bytes(
        written(Frame.of(Frame.Kind.HELLO, 1, 2, new byte[64])),
        written(
            new Frame(
                Frame.Kind.ARRIVE,
                1,
                2,
                new ControlCall(ControlOperation.GATHER, 1, 7),
                new byte[5])));
  }

  @Property
  void frames_areReadOrRefused(@ForAll("frames") byte[] bytes) {
    Reading.endsWell(
        () -> Frame.read(new DataInputStream(new ByteArrayInputStream(bytes)), 4096).text(),
        ProtocolException.class,
        EOFException.class);
  }

  @Property(tries = SOCKET_TRIES)
  void aStrangersBytes_doNotDisturbThoseWhoJoin(@ForAll("frames") byte[] bytes) {
    Reading.endsWell(
        () -> {
          TcpLeader leader = TcpProcessGroup.listen(member(0, 0));
          CompletableFuture<ProcessGroup> first =
              CompletableFuture.supplyAsync(() -> leader.join(PATIENCE));
          try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), leader.port())) {
            stranger.getOutputStream().write(bytes);
            stranger.shutdownOutput();
            try (ProcessGroup second = ProcessGroups.tcp(member(1, leader.port()));
                ProcessGroup joined = first.get()) {
              CompletableFuture<Void> other =
                  CompletableFuture.runAsync(() -> second.barrier(PATIENCE));
              joined.barrier(PATIENCE);
              other.join();
            }
          }
          return null;
        });
  }

  @Provide
  Arbitrary<Frame> said() {
    Arbitrary<ControlCall> steps =
        Combinators.combine(
                Arbitraries.of(ControlOperation.class),
                Arbitraries.of(0, 0, 1, -1, Integer.MAX_VALUE),
                Arbitraries.of(0L, 0L, 1L, -1L, Long.MAX_VALUE))
            .as(ControlCall::new);
    return Combinators.combine(
            Arbitraries.of(Frame.Kind.class),
            Arbitraries.of(1, 1, 1, 0, -1, 2),
            Arbitraries.of(2, 2, 2, 0, -1, 3),
            steps,
            Arbitraries.bytes().array(byte[].class).ofMaxSize(20))
        .as(Frame::new);
  }

  /** One that knows the secret and then talks nonsense ends the group, in words, for all. */
  @Property(tries = SOCKET_TRIES)
  void aMembersNonsense_endsTheGroupInWords(@ForAll("said") Frame nonsense) {
    Reading.endsWell(
        () -> {
          TcpLeader leader = TcpProcessGroup.listen(member(0, 0));
          CompletableFuture<TcpConnection> member =
              CompletableFuture.supplyAsync(() -> connected(leader.port()));
          CompletableFuture<Void> talk =
              member.thenAccept(
                  made -> {
                    made.send(
                        new Frame(
                            Frame.Kind.ARRIVE,
                            1,
                            2,
                            new ControlCall(ControlOperation.JOIN, 0, 0),
                            new byte[0]));
                    made.send(nonsense);
                    made.finish();
                  });
          try (ProcessGroup joined = leader.join(PATIENCE)) {
            talk.join();
            joined.allGather(new byte[1]);
          } finally {
            member.join().cut();
          }
          return null;
        },
        CollectiveException.class,
        CollectiveTimeoutException.class);
  }

  private static TcpConnection connected(int port) {
    try {
      TcpConnection link = new TcpConnector(member(1, port)).call();
      link.start(
          "fuzz",
          new TcpConnection.Listener() {
            @Override
            public void received(Frame frame) {}

            @Override
            public void ended(String why) {}

            @Override
            public void outOfMemory() {}
          });
      return link;
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  @Provide
  Arbitrary<String> values() {
    return Mutations.texts("127.0.0.1", "0", "1", "2", "29500");
  }

  @Property
  void environments_giveAGroupOrNameTheVariable(
      @ForAll("values") String port, @ForAll("values") String rank, @ForAll("values") String size) {
    Map<String, String> environment =
        Map.of("MASTER_ADDR", "127.0.0.1", "MASTER_PORT", port, "RANK", rank, "WORLD_SIZE", size);
    Reading.endsWell(
        () -> {
          EnvironmentGroup.join(new LaunchVariables(environment), Duration.ofMillis(1)).close();
          return null;
        },
        IllegalStateException.class,
        CollectiveException.class,
        CollectiveTimeoutException.class);
  }
}
