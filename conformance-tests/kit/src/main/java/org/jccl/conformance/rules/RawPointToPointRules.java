package org.jccl.conformance.rules;

import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.Example;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.spi.NcclAbi;

/** Messages on the raw surface (chapter 5 of the rule book). */
final class RawPointToPointRules extends RawSuite {
  private static final long OVER_2_GIB = (1L << 31) + 1;

  @Example
  @Needs(since = "2.29.2")
  public void required_VER_08_unevenGroupsOfMessages(RawRank rank) {
    DeviceBuffer three = rank.memory(DataType.INT32, 1, 2, 3);
    DeviceBuffer one = rank.memory(DataType.INT32, 9);
    rank.connect();
    int peer = 1 - rank.rank();
    rank.group(
        () -> {
          for (int i = 0; i < 3; i++) {
            DeviceBuffer each = three.slice(i, 1);
            if (rank.rank() == 0) {
              rank.send(each, peer);
            } else {
              rank.recv(i == 2 ? one : each, peer);
            }
          }
        });
    rank.synchronize();
    rank.expect("the last of three", one, rank.rank() == 0 ? 9 : 3);
  }

  @Example
  public void required_P2P_04_emptyMessagesNeedNoMemory(RawRank rank) {
    int peer = 1 - rank.rank();
    NcclAbi abi = rank.abi();
    DeviceBuffer out = rank.memory(DataType.INT32, 7, 8);
    DeviceBuffer in = rank.memory(DataType.INT32, 0, 0);
    Runnable[] rounds = {
      () -> rank.exchange(out.slice(0, 1), in.slice(0, 1)),
      () -> {
        rank.succeeds(
            "an empty ncclSend of null",
            () -> abi.send(0, 0, INT32, peer, rank.comm(), rank.stream()));
        rank.succeeds(
            "an empty ncclRecv of null",
            () -> abi.recv(0, 0, INT32, peer, rank.comm(), rank.stream()));
      },
      () -> rank.exchange(out.slice(1, 1), in.slice(1, 1))
    };
    for (Runnable round : rounds) {
      rank.group(round);
    }
    rank.synchronize();
    rank.expect("the messages around an empty one", in, 7, 8);
  }

  @Example
  public void required_P2P_06_messagesToSelfKeepTheirOrder() {
    for (int n : new int[] {1, atMost(2)}) {
      raw(
          n,
          rank -> {
            int self = rank.rank();
            DeviceBuffer out = rank.memory(DataType.INT32, 1, 2, 3);
            DeviceBuffer in = rank.memory(DataType.INT32, 0, 0, 0);
            rank.group(
                () -> {
                  for (int i = 0; i < 3; i++) {
                    rank.recv(in.slice(2 - i, 1), self);
                  }
                  for (int i = 0; i < 3; i++) {
                    rank.send(out.slice(i, 1), self);
                  }
                });
            rank.synchronize();
            rank.expect("messages to self, last place first", in, 3, 2, 1);
          });
    }
  }

  @Example
  @Needs(upTo = 2)
  public void required_P2P_07_aMessageToSelfInPlaceIsDropped(RawRank rank) {
    int self = rank.rank();
    DeviceBuffer same = rank.memory(DataType.INT32, 1, 2);
    DeviceBuffer out = rank.memory(DataType.INT32, 5);
    DeviceBuffer in = rank.memory(DataType.INT32, 0);
    rank.group(
        () -> {
          rank.send(same, self);
          rank.recv(same, self);
          rank.send(out, self); // the pair behind it is not disturbed
          rank.recv(in, self);
        });
    rank.synchronize();
    rank.expect("a buffer sent to itself", same, 1, 2);
    rank.expect("the next message", in, 5);
  }

  @Example
  @AlsoShows({"P2P-08", "P2P-10"})
  @Needs(upTo = 4)
  public void required_P2P_09_anAllToAllByHand(RawRank rank) {
    int n = rank.worldSize();
    double[] sent = new double[n];
    double[] expected = new double[n];
    Arrays.setAll(sent, peer -> 10 * rank.rank() + peer);
    Arrays.setAll(expected, peer -> 10 * peer + rank.rank());
    DeviceBuffer out = rank.memory(DataType.INT32, sent);
    DeviceBuffer in = rank.memory(DataType.INT32, new double[n]);
    rank.group(
        () -> {
          for (int i = 0; i < n; i++) {
            int peer = rank.rank() % 2 == 0 ? i : n - 1 - i; // each rank its own order
            rank.send(out.slice(peer, 1), peer);
            rank.recv(in.slice(peer, 1), peer);
          }
        });
    rank.synchronize();
    rank.expect("what came from all peers", in, expected);
  }

  @Example
  public void optional_P2P_12_onlyTheFirstContactWaits(RawRank rank) {
    DeviceBuffer buffer = rank.memory(DataType.INT32, 3 + rank.rank());
    rank.connect();
    if (rank.rank() == 0) {
      rank.send(buffer, 1);
    }
    rank.barrier(); // rank 1 has not called yet: the send has returned without it
    if (rank.rank() == 1) {
      rank.recv(buffer, 0);
    }
    rank.synchronize();
    rank.expect("the message", buffer, 3);
  }

  @Example
  public void required_P2P_13_groupsMayDifferAfterTheFirstContact(RawRank rank) {
    DeviceBuffer out = rank.memory(DataType.INT32, 4);
    DeviceBuffer in = rank.memory(DataType.INT32, 0);
    rank.connect(); // both directions in one group on both sides
    if (rank.rank() == 0) {
      rank.group(() -> rank.send(out, 1));
      rank.group(() -> rank.recv(in, 1));
    } else {
      rank.group(
          () -> {
            rank.recv(in, 0);
            rank.send(out, 0);
          });
    }
    rank.synchronize();
    rank.expect("the message", in, 4);
  }

  @Example
  public void required_P2P_15_allToAllAndMessagesShareTheirOrder(RawRank rank) {
    int n = rank.worldSize();
    double[] own = new double[n];
    double[] expected = new double[n];
    Arrays.setAll(own, peer -> 10 * rank.rank() + peer);
    Arrays.setAll(expected, peer -> 10 * peer + rank.rank());
    DeviceBuffer out = rank.memory(DataType.INT32, own);
    DeviceBuffer in = rank.memory(DataType.INT32, new double[n]);
    DeviceBuffer message = rank.memory(DataType.INT32, 70 + rank.rank());
    DeviceBuffer got = rank.memory(DataType.INT32, 0);
    rank.group(
        () -> {
          rank.succeeds(
              "ncclAlltoAll",
              () ->
                  rank.abi()
                      .allToAll(out.address(), in.address(), 1, INT32, rank.comm(), rank.stream()));
          rank.send(message, rank.next());
          rank.recv(got, rank.before());
        });
    rank.synchronize();
    rank.expect("the blocks", in, expected);
    rank.expect("the message", got, 70 + rank.before());
  }

  @Example
  public void required_P2P_18_onlyAnAbortEndsAnUnmatchedMessage(WorldRank rank) {
    Communicator comm = rank.open("unmatched");
    int peer = 1 - rank.rank();
    DeviceBuffer out = rank.memory(DataType.INT32, 1);
    DeviceBuffer in = rank.memory(DataType.INT32, 0);
    comm.sendRecv(out, peer, in, peer); // connected first, so that the call below returns
    comm.defaultStream().synchronize();
    if (rank.rank() == 0) {
      comm.recv(in, peer);
    }
    rank.processGroup().barrier(PATIENCE);
    boolean idle = comm.defaultStream().isIdle();
    rank.check(idle == (rank.rank() == 1), "a stream whose message never came is idle");
    comm.abort();
    comm.close();
    rank.processGroup().barrier(PATIENCE);
  }

  @Example
  public void required_P2P_19_moreThanTwoGibibytes() {
    need(
        capabilities().disposable()
            ? Optional.of("not run: needs 2 GiB of memory on each device")
            : Optional.empty());
    raw(
        rank -> {
          try (DeviceBuffer big = rank.device().allocate(DataType.UINT8, OVER_2_GIB);
              DeviceBuffer marks = rank.memory(DataType.UINT8, 1, 2, 3)) {
            long[] places = {0, (1L << 31) - 1, OVER_2_GIB - 1};
            big.fill((byte) 0, rank.typedStream());
            for (int i = 0; i < places.length && rank.rank() == 0; i++) {
              big.slice(places[i], 1).copyFrom(marks.slice(i, 1), rank.typedStream());
            }
            rank.connect();
            if (rank.rank() == 0) {
              rank.send(big, 1);
            } else {
              rank.recv(big, 0);
            }
            rank.synchronize();
            for (int i = 0; i < places.length; i++) {
              rank.expect("byte " + places[i], big.slice(places[i], 1), i + 1);
            }
          }
        });
  }
}
