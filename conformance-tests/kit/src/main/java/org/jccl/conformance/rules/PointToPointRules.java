package org.jccl.conformance.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Stream;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.harness.Expects;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.ops.Operation;

/** Messages between two ranks (chapter 5 of the rule book). */
final class PointToPointRules extends Suite {
  @Property
  @AlsoShows("P2P-03")
  public void required_P2P_01_rotationsArrive(@ForAll("rotations") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> rotations() {
    return arbitraries().calls(EnumSet.of(Operation.SEND));
  }

  @Example
  @Needs(upTo = 3)
  public void required_P2P_01_theKthSendMeetsTheKthReceive(WorldRank rank) {
    Communicator comm = rank.communicator();
    DeviceBuffer out = rank.memory(DataType.INT32, numbered(rank.rank()));
    DeviceBuffer in = rank.zeros(DataType.INT32, 6);
    comm.group(
        group -> {
          for (int i = 0; i < 4; i++) {
            group.send(out.slice(i, 1), rank.next());
            group.recv(in.slice(i, 1), rank.before());
          }
        });
    comm.sendRecv(out.slice(4, 1), rank.next(), in.slice(4, 1), rank.before());
    comm.sendRecv(out.slice(5, 1), rank.next(), in.slice(5, 1), rank.before());
    comm.defaultStream().synchronize();
    rank.expect("what came from rank " + rank.before(), in, numbered(rank.before()));
  }

  private static double[] numbered(int rank) {
    double[] numbers = new double[6];
    Arrays.setAll(numbers, i -> 100 * (rank + 1) + i);
    return numbers;
  }

  @Example
  public void required_P2P_01_orderHoldsAcrossStreams(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    int peer = n - 1 - rank.rank();
    Stream one = rank.newStream();
    Stream two = rank.newStream();
    DeviceBuffer out = rank.memory(DataType.INT32, numbered(rank.rank()));
    DeviceBuffer in = rank.zeros(DataType.INT32, 6);
    for (int i = 0; i < 6; i++) {
      Stream stream = i % 2 == 0 ? one : two;
      comm.sendRecv(out.slice(i, 1), peer, in.slice(i, 1), peer, stream);
    }
    one.synchronize();
    two.synchronize();
    rank.expect("what came from rank " + peer, in, numbered(peer));
  }

  @Example
  @Expects(reports = MisuseKind.P2P_TYPE)
  public void required_P2P_02_onlyTheBytesCount(WorldRank rank) {
    int n = rank.worldSize();
    int peer = n - 1 - rank.rank();
    Communicator comm = rank.communicator();
    DeviceBuffer out = rank.memory(DataType.FLOAT64, 1 + rank.rank(), 3);
    DeviceBuffer in = rank.zeros(DataType.UINT8, 16);
    comm.sendRecv(out, peer, in, peer);
    comm.defaultStream().synchronize();
    rank.expect("bytes of doubles", in.as(DataType.FLOAT64), 1 + peer, 3);
  }

  @Example
  public void required_P2P_04_emptyMessagesKeepTheirPlace(WorldRank rank) {
    int n = rank.worldSize();
    int peer = n - 1 - rank.rank();
    Communicator comm = rank.communicator();
    DeviceBuffer out = rank.memory(DataType.INT32, 7 + rank.rank(), 9);
    DeviceBuffer in = rank.zeros(DataType.INT32, 2);
    comm.sendRecv(out.slice(0, 1), peer, in.slice(0, 1), peer);
    comm.sendRecv(out.slice(1, 0), peer, in.slice(1, 0), peer);
    comm.sendRecv(out.slice(1, 1), peer, in.slice(1, 1), peer);
    comm.defaultStream().synchronize();
    rank.expect("what came around an empty message", in, 7 + peer, 9);
  }

  @Example
  public void required_P2P_05_messagesToSelfNeedBothSidesInOneGroup() {
    for (int n : new int[] {1, atMost(2)}) {
      run(
          n,
          rank -> {
            Communicator comm = rank.communicator();
            int self = rank.rank();
            DeviceBuffer out = rank.memory(DataType.INT32, 4);
            DeviceBuffer in = rank.zeros(DataType.INT32, 1);
            comm.sendRecv(out, self, in, self);
            comm.defaultStream().synchronize();
            rank.expect("a message to self", in, 4);
            String needed = "INVALID_USAGE";
            rank.expectThrown(
                "a lone send to self",
                CollectiveException.class,
                () -> comm.send(out, self),
                needed);
            rank.expectThrown(
                "a lone receive from self",
                CollectiveException.class,
                () -> comm.recv(in, self),
                needed);
            comm.defaultStream().synchronize();
          });
    }
  }

  @Example
  public void required_P2P_07_aMessageToSelfInPlaceMovesNothing(WorldRank rank) {
    Communicator comm = rank.communicator();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1, 2, 3);
    comm.sendRecv(buffer, 0, buffer, 0);
    comm.defaultStream().synchronize();
    rank.expect("a buffer sent to itself", buffer, 1, 2, 3);
  }

  @Property
  @AlsoShows("P2P-09")
  public void required_P2P_10_orderAcrossPeersIsIrrelevant(@ForAll Random random) {
    int n = 1 + random.nextInt(atMost(8));
    long seed = random.nextLong();
    run(n, rank -> exchangeShuffled(rank, new Random(seed * 31 + rank.rank())));
  }

  /** An all-to-all of single elements, in an order of each rank's own. */
  private static void exchangeShuffled(WorldRank rank, Random order) {
    int n = rank.worldSize();
    double[] sent = new double[n];
    double[] expected = new double[n];
    Arrays.setAll(sent, peer -> 10 * rank.rank() + peer);
    Arrays.setAll(expected, peer -> 10 * peer + rank.rank());
    DeviceBuffer out = rank.memory(DataType.INT32, sent);
    DeviceBuffer in = rank.zeros(DataType.INT32, n);
    List<Integer> calls = new ArrayList<>();
    for (int i = 0; i < 2 * n; i++) {
      calls.add(i);
    }
    Collections.shuffle(calls, order);
    rank.communicator()
        .group(
            group -> {
              for (int call : calls) {
                int peer = call / 2;
                if (call % 2 == 0) {
                  group.send(out.slice(peer, 1), peer);
                } else {
                  group.recv(in.slice(peer, 1), peer);
                }
              }
            });
    rank.communicator().defaultStream().synchronize();
    rank.expect("what came from all peers", in, expected);
  }

  @Example
  @AlsoShows("P2P-13")
  public void required_P2P_14_groupsNeedNotAgree(WorldRank rank) {
    Communicator comm = rank.communicator();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1, 2);
    comm.sendRecv(buffer.slice(0, 1), 1 - rank.rank(), buffer.slice(1, 1), 1 - rank.rank());
    comm.defaultStream().synchronize(); // both directions are connected now (P2P-13)
    buffer.copyFrom(rank.rank() == 0 ? new int[] {8, 9} : new int[2]);
    if (rank.rank() == 0) {
      comm.group(
          group -> {
            group.send(buffer.slice(0, 1), 1);
            group.send(buffer.slice(1, 1), 1);
          });
    } else {
      comm.recv(buffer.slice(0, 1), 0);
      comm.recv(buffer.slice(1, 1), 0);
    }
    comm.defaultStream().synchronize();
    rank.expect("two messages of one group, received one by one", buffer, 8, 9);
  }

  @Example
  @Needs(upTo = 4)
  public void required_P2P_17_oneBufferMayFeedSeveralSends(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    double[] expected = new double[n];
    Arrays.setAll(expected, peer -> peer + 1);
    DeviceBuffer out = rank.memory(DataType.INT32, rank.rank() + 1);
    DeviceBuffer in = rank.zeros(DataType.INT32, n);
    comm.group(
        group -> {
          for (int peer = 0; peer < n; peer++) {
            group.send(out, peer);
            group.recv(in.slice(peer, 1), peer);
          }
        });
    comm.defaultStream().synchronize();
    rank.expect("one element of every rank", in, expected);
  }
}
