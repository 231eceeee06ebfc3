package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jccl.MisuseKind.BUFFER_DEVICE;
import static org.jccl.MisuseKind.BUFFER_FREED;
import static org.jccl.MisuseKind.BUFFER_INVALID;
import static org.jccl.MisuseKind.BUFFER_OVERLAP;
import static org.jccl.MisuseKind.BUFFER_RANGE;
import static org.jccl.MisuseKind.BUFFER_REUSE;
import static org.jccl.MisuseKind.GROUP_HAZARD;
import static org.jccl.MisuseKind.GROUP_LEAK;
import static org.jccl.MisuseKind.P2P_GROUP_SHAPE;
import static org.jccl.MisuseKind.P2P_TYPE;
import static org.jccl.MisuseKind.STREAM_INVALID;
import static org.jccl.MisuseKind.THREAD_RACE;
import static org.jccl.MisuseKind.UNMATCHED_P2P;
import static org.jccl.programs.Lab.FULL;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.STRICT;
import static org.jccl.programs.Lab.ints;
import static org.jccl.programs.RawLab.INT;
import static org.jccl.programs.RawLab.raw;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.sim.Provokes;
import org.junit.jupiter.api.Test;

/** Messages, memory, streams and threads on the raw surface: SIM-10 to SIM-31 and SIM-41 to 43. */
class MemoryAndThreadMisuseTest {
  private static RankProgram message(int sentType, int received, int receivedType) {
    return raw(
        r -> {
          long buffer = r.address(8);
          if (r.rank() == 0) {
            r.abi.send(buffer, 4, sentType, 1, r.comm, r.s());
          } else {
            r.abi.recv(buffer, received, receivedType, 0, r.comm, r.s());
          }
          r.sync();
        });
  }

  @Test
  @Provokes(leaves = "buffers, as the wrong program beside it does")
  void SIM_10_typesDiffer_bytesDoNot() {
    PLAIN.finds(P2P_TYPE, 2, message(INT, 4, DataType.FLOAT32.code()));
    PLAIN.accepts(2, message(INT, 4, INT));
  }

  @Test
  void SIM_11_aSendThatNobodyReceives() {
    assertThat(
            PLAIN
                .finds(
                    UNMATCHED_P2P,
                    2,
                    rank -> {
                      if (rank.rank() == 0) {
                        rank.communicator().send(ints(rank, 4), 1);
                      }
                    })
                .getMessage())
        .contains("rank 0 waits for", "without the other half of the message");
  }

  private static RankProgram firstContact(boolean alike) {
    return raw(
        r -> {
          long out = r.address(1);
          long in = r.address(1);
          int peer = 1 - r.rank();
          if (r.rank() == 0 || alike) {
            r.abi.groupStart();
            r.send(out, 1, peer);
            r.recv(in, 1, peer);
            r.abi.groupEnd();
          } else {
            r.recv(in, 1, peer);
            r.send(out, 1, peer);
          }
          r.sync();
        });
  }

  @Test
  @Provokes(leaves = "buffers, as the wrong program beside it does")
  void SIM_16_firstContactInGroupsOfOtherShapes() {
    PLAIN.finds(P2P_GROUP_SHAPE, 2, firstContact(false));
    PLAIN.accepts(2, firstContact(true));
  }

  private static RankProgram twoSums(int shift) {
    return rank -> {
      try (DeviceBuffer b = ints(rank, 16)) {
        rank.communicator()
            .group(
                g -> {
                  g.allReduce(b.slice(0, 4), b.slice(4, 4), ReduceOp.SUM);
                  g.allReduce(b.slice(12, 4), b.slice(4 + shift, 4), ReduceOp.SUM);
                });
        rank.communicator().defaultStream().synchronize();
      }
    };
  }

  @Test
  void SIM_22_outputsOfOneGroupOverlap() {
    PLAIN.finds(GROUP_HAZARD, 2, twoSums(2));
    PLAIN.accepts(2, twoSums(4));
  }

  @Test
  @Provokes(leaves = "buffers, as the wrong program beside it does")
  void SIM_23_24_sendAndReceiveOverlap() {
    PLAIN.finds(BUFFER_OVERLAP, 2, sum(8, 4, 4));
    PLAIN.accepts(2, sum(8, 0, 4));
    PLAIN.accepts(2, sum(8, 16, 4));
    PLAIN.finds(
        BUFFER_OVERLAP,
        2,
        raw(
            r -> {
              long b = r.address(8);
              r.abi.allToAll(b, b, 4, INT, r.comm, r.s());
            }));
  }

  /** Receives {@code shift} bytes behind what it sends. */
  private static RankProgram sum(int elements, int shift, long count) {
    return raw(
        r -> {
          long b = r.address(elements);
          r.abi.allReduce(b, b + shift, count, INT, 0, r.comm, r.s());
          r.sync();
        });
  }

  @Test
  void SIM_25_26_27_buffersThatCannotBeUsed() {
    PLAIN.finds(BUFFER_RANGE, 2, sum(4, 0, 5));
    PLAIN.finds(BUFFER_INVALID, 2, raw(r -> r.allReduce(0, 1)));
    PLAIN.finds(BUFFER_INVALID, 2, raw(r -> r.allReduce(r.arena.allocate(64).address(), 1)));
    PLAIN.finds(
        BUFFER_DEVICE,
        2,
        raw(
            r -> {
              DeviceBuffer other =
                  r.device().backend().devices().get(1 - r.rank()).allocate(DataType.INT32, 4);
              r.allReduce(other.address(), 4);
            }));
  }

  private static RankProgram copiesOnTwoStreams(boolean ordered) {
    return rank -> {
      try (DeviceBuffer b = ints(rank, 4);
          Stream one = rank.device().newStream();
          Stream two = rank.device().newStream();
          Event event = rank.device().newEvent()) {
        b.fill((byte) 1, one);
        rank.communicator().barrier(); // time to run, but no order between the streams
        if (ordered) {
          event.record(one);
          two.waitFor(event);
        }
        b.fill((byte) 2, two);
        two.synchronize();
        one.synchronize();
      }
    };
  }

  @Test
  void SIM_28_racesBetweenStreams_areFoundWhateverTheSchedule() {
    for (long seed = 0; seed < 10; seed++) {
      Lab.seeded(seed).finds(BUFFER_REUSE, 2, copiesOnTwoStreams(false));
      Lab.seeded(seed).accepts(2, copiesOnTwoStreams(true));
    }
  }

  @Test
  void SIM_28_anEventBehindACollective_ordersWhatComesAfter() {
    FULL.accepts(
        2,
        rank -> {
          try (DeviceBuffer b = ints(rank, 4);
              Stream other = rank.device().newStream();
              Event event = rank.device().newEvent()) {
            rank.communicator().allReduce(b, ReduceOp.SUM);
            event.record(rank.communicator().defaultStream());
            other.waitFor(event);
            b.fill((byte) 2, other);
            other.synchronize();
          }
        });
  }

  @Test
  void SIM_29_freedBeforeItIsKnownToBeDone() {
    FULL.finds(
        BUFFER_FREED,
        2,
        rank -> {
          DeviceBuffer b = ints(rank, 4);
          try (Stream stream = rank.device().newStream()) {
            b.fill((byte) 1, stream);
            rank.processGroup().barrier(Duration.ofMinutes(1));
            b.close();
          }
        });
  }

  @Test
  @Provokes(leaves = "buffers, as the wrong program beside it does")
  void SIM_30_31_sizesAndStreams() {
    PLAIN.accepts(
        1,
        raw(
            r -> {
              long b = r.address(1);
              assertThat(r.abi.allReduce(b, b, 1L << 62, INT, 0, r.comm, r.s())).isEqualTo(4);
              assertThat(r.abi.allReduce(b, b, -1, INT, 0, r.comm, r.s())).isEqualTo(4);
              assertThat(r.allReduce(b, 1)).isZero();
              r.sync();
            }));
    PLAIN.finds(
        STREAM_INVALID,
        2,
        raw(
            r -> {
              long b = r.address(1);
              long handle =
                  r.device().backend().devices().get(1 - r.rank()).defaultStream().handle();
              r.abi.allReduce(b, b, 1, INT, 0, r.comm, handle);
            }));
  }

  @Test
  @Provokes(leaves = "buffers, as the wrong program beside it does")
  void SIM_41_aThreadEndsWithAnOpenGroup() {
    PLAIN.finds(
        GROUP_LEAK,
        2,
        rank -> {
          RawLab r = RawLab.open(rank);
          r.abi.groupStart();
          r.allReduce(r.address(1), 1);
        });
    PLAIN.accepts(
        2,
        raw(
            r -> {
              r.abi.groupStart();
              r.allReduce(r.address(1), 1);
              r.abi.groupEnd();
              r.sync();
            }));
  }

  @Test
  @Provokes(leaves = "buffers, as the wrong program beside it does")
  void SIM_42_aCommunicatorOfAnotherThreadsGroup() {
    PLAIN.finds(THREAD_RACE, 1, twoThreads(false));
    PLAIN.accepts(1, twoThreads(true));
  }

  @Test
  void SIM_42_twoThreadsInsideATypedCommunicator() {
    AtomicReference<Communicator> shared = new AtomicReference<>();
    AtomicReference<DeviceBuffer> data = new AtomicReference<>();
    STRICT.finds(
        THREAD_RACE,
        2,
        rank -> {
          if (rank.rank() == 0) {
            shared.set(rank.communicator());
            data.set(ints(rank, 1));
          }
          rank.processGroup().barrier(Duration.ofMinutes(1));
          shared.get().allReduce(data.get(), ReduceOp.SUM); // whoever comes first waits inside
        });
  }

  @Test
  void GRP_20_barriersOfOneGroup_shareNothing() {
    FULL.accepts(
        2,
        rank -> {
          Communicator comm = rank.communicator();
          try (Stream other = rank.device().newStream()) {
            comm.group(
                group -> {
                  group.barrier(comm.defaultStream());
                  group.barrier(other);
                });
            comm.defaultStream().synchronize();
            other.synchronize();
          }
        });
  }

  private static RankProgram twoThreads(boolean oneAfterTheOther) {
    return raw(
        r -> {
          DeviceBuffer b = r.ints(2);
          r.abi.groupStart();
          r.send(b.slice(0, 1).address(), 1, 0);
          r.recv(b.slice(1, 1).address(), 1, 0);
          if (oneAfterTheOther) {
            r.abi.groupEnd();
          }
          Throwable[] failure = new Throwable[1];
          Thread second =
              new Thread(
                  () -> {
                    try {
                      r.allReduce(b.address(), 1);
                    } catch (RuntimeException reported) {
                      failure[0] = reported;
                    }
                  });
          r.rank.blocking(
              () -> {
                second.start();
                second.join();
                return null;
              });
          if (failure[0] instanceof RuntimeException reported) {
            throw reported;
          }
          r.sync();
        });
  }
}
