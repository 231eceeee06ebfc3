package org.jccl.conformance.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jccl.Backend;
import org.jccl.CallListener;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.DeviceRange;
import org.jccl.Graph;
import org.jccl.IssuedCall;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.Work;
import org.jccl.observe.CrossRankCheck;
import org.jccl.observe.NanCheck;
import org.jccl.observe.NotFiniteException;
import org.jccl.observe.ResultHash;
import org.jccl.observe.ResultsDifferException;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Listeners that time and check calls, on the simulator and through NCCL's binding. */
@Timeout(60)
class ListenerChecksTest {
  private static final int RANKS = 3;

  /** The first that has grow. */
  private static final int VERSION = 22_902;

  /** Where the ranks run. */
  enum Where {
    SIMULATOR,
    LOOPBACK
  }

  /** What each rank's body has thrown, by rank. */
  private final Map<Integer, Throwable> thrown = new ConcurrentSkipListMap<>();

  private static CommunicatorConfig config(CallListener.Factory... listeners) {
    CommunicatorConfig.Builder builder = CommunicatorConfig.builder().name("world").warmUp(false);
    for (CallListener.Factory each : listeners) {
      builder.listener(each);
    }
    return builder.build();
  }

  private void run(Where where, CommunicatorConfig config, BiConsumer<Rank, Communicator> body) {
    if (where == Where.LOOPBACK) {
      try (Loopback loopback = Loopback.open(RANKS, VERSION)) {
        run(loopback.backend(), config, body);
      }
    } else {
      try (Simulator simulator =
          Simulator.builder().devices(RANKS).ncclVersion(VERSION).warnings(line -> {}).build()) {
        run(simulator.backend(), config, body);
      }
    }
  }

  private void run(
      Backend backend, CommunicatorConfig config, BiConsumer<Rank, Communicator> body) {
    try {
      Ranks.run(
          backend,
          RANKS,
          rank -> {
            try (Communicator comm =
                Communicator.open(rank.processGroup(), rank.device(), config)) {
              body.accept(rank, comm);
            } catch (Throwable failure) {
              thrown.put(rank.rank(), failure);
              throw failure;
            }
          });
    } catch (RanksFailedException told) {
      assertThat(thrown).isNotEmpty();
    }
  }

  // ---- completion

  private static final class Timer implements CallListener {
    final List<String> told = Collections.synchronizedList(new ArrayList<>());
    final List<Double> micros = Collections.synchronizedList(new ArrayList<>());

    @Override
    public boolean hearsCompletion() {
      return true;
    }

    @Override
    public void completed(IssuedCall call, double time) {
      told.add(call.method() + " " + call.number() + " " + call.bytes() + " " + call.groupSize());
      micros.add(time);
    }
  }

  private static final class Timers implements CallListener.Factory {
    final Map<String, Timer> ends = new ConcurrentSkipListMap<>();

    @Override
    public CallListener listen(CallListener.Endpoint where) {
      Timer made = new Timer();
      String name = "world:" + where.rank();
      ends.put(ends.containsKey(name) ? "child:" + where.rank() : name, made);
      return made;
    }
  }

  @ParameterizedTest
  @EnumSource
  void completion_isToldWhenTheCallerHasWaited_withTheDevicesTime(Where where) {
    Timers timers = new Timers();
    Map<Integer, Integer> afterWait = new ConcurrentSkipListMap<>();

    run(
        where,
        config(timers),
        (rank, comm) -> {
          try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 64);
              Stream second = comm.device().newStream()) {
            buffer.fill((byte) 0, comm.defaultStream());
            comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
            comm.broadcast(buffer, 1, comm.defaultStream());
            comm.defaultStream().synchronize();
            afterWait.put(rank.rank(), end(timers, rank).told.size());
            comm.allReduce(buffer, buffer, ReduceOp.SUM, second);
            second.synchronize();
            comm.barrier();
          }
        });

    assertThat(thrown).isEmpty();
    assertThat(afterWait.values()).containsOnly(2);
    assertThat(timers.ends.values())
        .hasSize(RANKS)
        .allSatisfy(
            timer -> {
              assertThat(timer.told)
                  .containsExactly(
                      "all_reduce 0 256 1",
                      "broadcast 1 256 1",
                      "all_reduce 2 256 1",
                      "barrier 3 4 1");
              assertThat(timer.micros).allMatch(time -> time > 0);
            });
  }

  private static Timer end(Timers timers, Rank rank) {
    Timer found = timers.ends.get("world:" + rank.rank());
    assertThat(found).isNotNull();
    return found;
  }

  @ParameterizedTest
  @EnumSource
  void completion_ofGroups_children_andManyCallsThatNobodyWaitsFor(Where where) {
    Timers timers = new Timers();

    run(
        where,
        config(timers),
        (rank, comm) -> {
          try (DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 8)) {
            buffer.fill((byte) 0, comm.defaultStream());
            int next = (rank.rank() + 1) % RANKS;
            int before = (rank.rank() + RANKS - 1) % RANKS;
            comm.group(
                group -> {
                  group.send(buffer.slice(0, 4), next, comm.defaultStream());
                  group.recv(buffer.slice(4, 4), before, comm.defaultStream());
                });
            comm.defaultStream().synchronize();
            try (Communicator child = comm.split(0, rank.rank())) {
              for (int i = 0; i < 300; i++) {
                child.allReduce(buffer, buffer, ReduceOp.MAX, child.defaultStream());
              }
            }
          }
        });

    assertThat(thrown).isEmpty();
    assertThat(timers.ends).hasSize(2 * RANKS);
    timers.ends.forEach(
        (end, timer) -> {
          if (end.startsWith("world:")) {
            assertThat(timer.told).containsExactly("send 0 16 2", "recv 1 16 2");
            assertThat(timer.micros.get(0)).isEqualTo(timer.micros.get(1));
          } else {
            assertThat(timer.told).hasSize(300).endsWith("all_reduce 299 32 1");
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void completion_isNotToldOfCapturedCalls_norOfAbortedOnes(Where where) {
    Timers timers = new Timers();

    run(
        where,
        config(timers),
        (rank, comm) -> {
          Stream stream = comm.defaultStream();
          try (DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 8)) {
            buffer.fill((byte) 0, stream);
            stream.beginCapture();
            comm.allReduce(buffer, buffer, ReduceOp.MAX, stream);
            try (Graph graph = stream.endCapture()) {
              graph.launch(stream);
              graph.launch(stream);
              stream.synchronize();
            }
          }
          comm.abort();
        });

    assertThat(thrown).isEmpty();
    assertThat(timers.ends.values()).allSatisfy(timer -> assertThat(timer.told).isEmpty());
  }

  // ---- NaN

  @ParameterizedTest
  @EnumSource
  void nanInAnInput_isNamedWithRankCallElementAndLine(Where where) {
    run(
        where,
        config(new NanCheck()),
        (rank, comm) -> {
          float[] values = new float[64];
          if (rank.rank() == 1) {
            values[17] = Float.NaN;
          }
          try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 64)) {
            buffer.copyFrom(new float[64]);
            comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
            comm.defaultStream().synchronize();
            buffer.copyFrom(values);
            comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
            comm.defaultStream().synchronize();
          }
        });

    assertThat(told(1))
        .contains("world, rank 1/3: all_reduce #1 at ")
        .contains("ListenerChecksTest.java:")
        .contains("input, element 17 of 64 is NaN (FLOAT32)");
    assertThat(thrown.get(1)).hasRootCauseInstanceOf(NotFiniteException.class);
  }

  @ParameterizedTest
  @EnumSource
  void infinityInAnOutput_isNamedWithTheBlockOfItsRank_unlessItIsAllowed(Where where) {
    BiConsumer<Rank, Communicator> body =
        (rank, comm) -> {
          double[] values = new double[4];
          values[2] = rank.rank() == 2 ? Double.NEGATIVE_INFINITY : 0;
          try (DeviceBuffer send = comm.device().allocate(DataType.FLOAT64, 4);
              DeviceBuffer recv = comm.device().allocate(DataType.FLOAT64, 4 * RANKS)) {
            send.copyFrom(values);
            comm.allGather(send, recv, comm.defaultStream());
            comm.defaultStream().synchronize();
          }
        };

    run(where, config(NanCheck.allowingInfinities()), body);
    assertThat(thrown).isEmpty();

    run(where, config(new NanCheck()), body);
    assertThat(thrown.values().stream().map(ListenerChecksTest::causes))
        .anyMatch(
            words ->
                words.contains(
                        "output, element 10 of 12 (element 2 of rank 2's block) is -infinity")
                    || (words.contains("rank 2/3: all_gather #0 at ")
                        && words.contains("input, element 2 of 4 is -infinity (FLOAT64)")));
  }

  @ParameterizedTest
  @EnumSource
  void graphs_areCheckedAtEachLaunch(Where where) {
    run(
        where,
        config(new NanCheck()),
        (rank, comm) -> {
          Stream stream = comm.defaultStream();
          try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 4)) {
            buffer.copyFrom(new float[4]);
            stream.beginCapture();
            comm.allReduce(buffer, buffer, ReduceOp.MAX, stream);
            try (Graph graph = stream.endCapture()) {
              graph.launch(stream);
              stream.synchronize();
              float bad = rank.rank() == 2 ? Float.POSITIVE_INFINITY : 1;
              buffer.copyFrom(new float[] {1, bad, 1, 1});
              graph.launch(stream);
              stream.synchronize();
            }
          }
        });

    assertThat(thrown.values().stream().map(ListenerChecksTest::causes))
        .anyMatch(words -> words.contains("put, element 1 of 4 is +infinity (FLOAT32)"));
  }

  private String told(int rank) {
    return causes(thrown.get(rank));
  }

  private static String causes(Throwable failure) {
    StringBuilder all = new StringBuilder();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      all.append(each).append('\n');
      for (Throwable other : each.getSuppressed()) {
        all.append(other).append('\n');
      }
    }
    return all.toString();
  }

  // ---- result hash

  /** Changes what rank 1 has received, before the hash is made. */
  private static CallListener corrupting(CallListener.Endpoint where, long number) {
    return new CallListener() {
      @Override
      public void after(IssuedCall call) {
        if (where.rank() == 1 && call.number() == number) {
          record Range(long address, long bytes) implements DeviceRange {}
          Range range = new Range(call.receiveAddress(), 4);
          call.enqueue(
              Work.named("corrupt").writes(range),
              memory -> memory.of(range).set(ValueLayout.JAVA_INT, 0, 77));
        }
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void resultThatDiffersOnOneRank_isFoundByVote_atTheNextComparison(Where where) {
    run(
        where,
        config(end -> corrupting(end, 1), ResultHash.every(2)),
        (rank, comm) -> {
          try (DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 16)) {
            buffer.fill((byte) 0, comm.defaultStream());
            for (int i = 0; i < 10; i++) {
              comm.allReduce(buffer, buffer, ReduceOp.MAX, comm.defaultStream());
              comm.defaultStream().synchronize();
            }
          }
        });

    assertThat(thrown).hasSize(RANKS);
    assertThat(thrown.values())
        .allSatisfy(
            failure -> {
              assertThat(failure).isInstanceOf(ResultsDifferException.class);
              assertThat(((ResultsDifferException) failure).number()).isEqualTo(1);
              assertThat(((ResultsDifferException) failure).ranks()).containsExactly(1);
              assertThat(failure)
                  .hasMessageContaining("results of collective #1, all_reduce of 16 INT32 at ")
                  .hasMessageContaining("ListenerChecksTest.java:")
                  .hasMessageContaining("against the others: rank 1");
            });
  }

  @ParameterizedTest
  @EnumSource
  void resultThatDiffersInTheLastCalls_isThrownByClose_andEqualOnesAreNot(Where where) {
    BiConsumer<Rank, Communicator> body =
        (rank, comm) -> {
          try (DeviceBuffer send = comm.device().allocate(DataType.FLOAT32, 5);
              DeviceBuffer recv = comm.device().allocate(DataType.FLOAT32, 5 * RANKS)) {
            send.copyFrom(new float[] {rank.rank(), Float.NaN, 1, 2, 3});
            comm.allGather(send, recv, comm.defaultStream());
            comm.reduce(send, send, ReduceOp.SUM, 0, comm.defaultStream());
            comm.broadcast(recv, 2, comm.defaultStream());
            comm.defaultStream().synchronize();
          }
        };

    run(where, config(new ResultHash()), body);
    assertThat(thrown).isEmpty();

    run(where, config(end -> corrupting(end, 2), new ResultHash()), body);
    assertThat(thrown).hasSize(RANKS);
    assertThat(thrown.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(ResultsDifferException.class)
                    .hasMessageContaining("collective #2, broadcast of 15 FLOAT32"));
  }

  // ---- cross-rank check

  private void misuse(
      Where where, CrossRankCheck check, BiConsumer<Rank, Communicator> body, String difference) {
    thrown.clear();
    run(where, config(check), body);
    assertThat(thrown).hasSize(RANKS);
    assertThat(thrown.values())
        .allSatisfy(
            failure -> {
              assertThat(failure).isInstanceOf(ReportedMisuse.class);
              ReportedMisuse found = (ReportedMisuse) failure;
              assertThat(found.kind()).isEqualTo(MisuseKind.MISMATCH);
              assertThat(found.ranks()).containsExactly(1);
              assertThat(found)
                  .hasMessageStartingWith("MISMATCH(" + difference + ") in world, call #1")
                  .hasMessageContaining("rank 1 against the others")
                  .hasMessageContaining("found by the cross-rank check")
                  .hasMessageContaining("ListenerChecksTest.java:");
            });
  }

  @ParameterizedTest
  @EnumSource
  void differentCalls_areAMisuseOnEveryRank_withTheGuiltyOne(Where where) {
    for (CrossRankCheck check : List.of(new CrossRankCheck(), CrossRankCheck.every(2))) {
      misuse(where, check, (rank, comm) -> wrong(comm, rank.rank() == 1, 0), "operation");
      misuse(where, check, (rank, comm) -> wrong(comm, rank.rank() == 1, 1), "count");
      misuse(where, check, (rank, comm) -> wrong(comm, rank.rank() == 1, 2), "type");
      misuse(where, check, (rank, comm) -> wrong(comm, rank.rank() == 1, 3), "reduction");
      misuse(where, check, (rank, comm) -> wrong(comm, rank.rank() == 1, 4), "root");
    }
  }

  private static void wrong(Communicator comm, boolean isGuilty, int what) {
    Stream stream = comm.defaultStream();
    try (DeviceBuffer ints = comm.device().allocate(DataType.INT32, 8);
        DeviceBuffer floats = comm.device().allocate(DataType.FLOAT32, 8)) {
      ints.fill((byte) 0, stream);
      floats.fill((byte) 0, stream);
      comm.broadcast(ints, 0, stream);
      if (!isGuilty) {
        comm.reduce(ints, ints, ReduceOp.SUM, 0, stream);
      } else {
        switch (what) {
          case 0 -> comm.allReduce(ints, ints, ReduceOp.SUM, stream);
          case 1 -> {
            DeviceBuffer half = ints.slice(0, 4);
            comm.reduce(half, half, ReduceOp.SUM, 0, stream);
          }
          case 2 -> comm.reduce(floats, floats, ReduceOp.SUM, 0, stream);
          case 3 -> comm.reduce(ints, ints, ReduceOp.MAX, 0, stream);
          default -> comm.reduce(ints, ints, ReduceOp.SUM, 2, stream);
        }
      }
      stream.synchronize();
    }
  }

  /** A simulated child without a configuration of its own is called as its parent, as in NCCL. */
  private static String named(Where where, String child) {
    return where == Where.SIMULATOR ? "world" : child;
  }

  /** A communicator of all ranks, made in the way that is tested, in which rank 1 is wrong. */
  private void wrongChild(Where where, Function<Communicator, Communicator> birth, String name) {
    thrown.clear();
    run(
        where,
        config(CrossRankCheck.every(2), ResultHash.every(3)),
        (rank, comm) -> {
          try (Communicator child = birth.apply(comm)) {
            wrong(child, rank.rank() == 1, 3);
          }
        });
    assertThat(thrown).hasSize(RANKS);
    assertThat(thrown.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(ReportedMisuse.class)
                    .hasMessageStartingWith("MISMATCH(reduction) in " + named(where, name))
                    .hasMessageContaining(", call #1: rank 1 against the others")
                    .hasMessageContaining("ListenerChecksTest.java:"));
  }

  @ParameterizedTest
  @EnumSource
  void differentCallsInASplit_orInTheSplitOfASplit_areNamed(Where where) {
    wrongChild(where, comm -> comm.split(7, -comm.rank()), "world/split1-7");
    wrongChild(
        where,
        comm -> {
          comm.split(comm.rank(), 0).close();
          return comm.split(0, comm.rank()).split(1, 0);
        },
        "world/split2-0/split1-1");
  }

  @ParameterizedTest
  @EnumSource
  void differentCallsAndResultsOfChildren_areNamedByTheChildsRanks(Where where) {
    run(
        where,
        config(new CrossRankCheck()),
        (rank, comm) -> {
          // Ranks 2 and 1 of the world are ranks 0 and 1 of a child, while rank 0 is alone.
          try (Communicator child = comm.split(rank.rank() == 0 ? 0 : 1, -rank.rank())) {
            if (rank.rank() == 0) {
              child.barrier();
              comm.defaultStream().synchronize();
            } else {
              wrong(child, rank.rank() == 1, 3);
            }
          }
        });
    assertThat(thrown).containsOnlyKeys(1, 2);
    assertThat(thrown.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .hasMessageStartingWith(
                        "MISMATCH(reduction) in " + named(where, "world/split1-1") + ", call #1: ")
                    .hasMessageContaining("the ranks are divided evenly")
                    .hasMessageContaining("rank 0: reduce #1 (count 8, INT32, sum")
                    .hasMessageContaining("rank 1: reduce #1 (count 8, INT32, max"));
  }

  @ParameterizedTest
  @EnumSource
  void differentResultsInAShrunkCommunicator_areNamed_alsoAfterTheParentWasSplit(Where where) {
    run(
        where,
        config(
            end -> end.worldSize() == 2 ? corrupting(end, 1) : new CallListener() {},
            ResultHash.every(2)),
        (rank, comm) -> {
          if (rank.rank() != 0) {
            // The one that is left out counts no shrink: splits are called the same all the same.
            try (Communicator two = comm.shrink(Set.of(0));
                DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 4)) {
              buffer.fill((byte) 0, two.defaultStream());
              for (int i = 0; i < 4; i++) {
                two.allReduce(buffer, buffer, ReduceOp.MAX, two.defaultStream());
                two.defaultStream().synchronize();
              }
            } catch (ResultsDifferException told) {
              thrown.put(10 + rank.rank(), told);
            }
          }
          try (Communicator child = comm.split(0, 0);
              DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 4)) {
            buffer.fill((byte) 0, child.defaultStream());
            for (int i = 0; i < 5; i++) {
              child.allReduce(buffer, buffer, ReduceOp.MAX, child.defaultStream());
            }
            child.defaultStream().synchronize();
          }
        });
    assertThat(thrown).containsOnlyKeys(11, 12);
    assertThat(thrown.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(ResultsDifferException.class)
                    .hasMessageContaining("the ranks are divided evenly"));
  }

  @ParameterizedTest
  @EnumSource
  void differentCallsInAGrownCommunicator_areNamed_onceAGroupIsAttached(Where where) {
    CommunicatorConfig config = config(new CrossRankCheck());
    run(
        where,
        config,
        (rank, comm) -> {
          Communicator grown;
          if (rank.rank() == 2) {
            byte[] id = rank.processGroup().broadcast(new byte[0], 0);
            grown =
                rank.device()
                    .backend()
                    .joinGrowing(UniqueId.of(id), 2, RANKS, rank.device(), config);
          } else {
            Communicator two = comm.shrink(Set.of(2));
            UniqueId id = rank.rank() == 0 ? two.newUniqueId() : null;
            rank.processGroup().broadcast(id == null ? new byte[0] : id.toBytes(), 0);
            grown = id == null ? two.grow(RANKS) : two.grow(RANKS, id);
          }
          try (grown) {
            grown.attach(rank.processGroup());
            wrong(grown, rank.rank() == 1, 1);
          }
        });
    assertThat(thrown).hasSize(RANKS);
    assertThat(thrown.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(ReportedMisuse.class)
                    .hasMessageStartingWith("MISMATCH(count) in ")
                    .hasMessageContaining("rank 1 against the others"));
  }

  @ParameterizedTest
  @EnumSource
  void rightProgram_passes_alsoWithGroupsGraphsChildrenAndASecondCommunicator(Where where) {
    CommunicatorConfig config =
        config(CrossRankCheck.every(3), ResultHash.every(4), new NanCheck(), new Timers());
    run(
        where,
        config,
        (rank, comm) -> {
          Stream stream = comm.defaultStream();
          try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 12);
              Communicator second = Communicator.open(rank.processGroup(), rank.device(), config)) {
            buffer.fill((byte) 0, stream);
            for (int i = 0; i < 5; i++) {
              comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
              second.broadcast(buffer, 0, stream);
              comm.group(
                  group -> {
                    group.allReduce(buffer.slice(0, 6), buffer.slice(0, 6), ReduceOp.MAX, stream);
                    group.broadcast(buffer.slice(6, 6), 1, stream);
                  });
            }
            stream.synchronize();
            try (Communicator child = comm.split(rank.rank() % 2, 0)) {
              child.allReduce(buffer, buffer, ReduceOp.MAX, stream);
            }
            stream.beginCapture();
            comm.allReduce(buffer, buffer, ReduceOp.MAX, stream);
            try (Graph graph = stream.endCapture()) {
              graph.launch(stream);
              stream.synchronize();
            }
          }
        });

    assertThat(thrown).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void listenerThatIsAgainstACall_keepsItFromBeingIssued(Where where) {
    CommunicatorConfig config =
        config(
            end ->
                new CallListener() {
                  @Override
                  public void before(IssuedCall call) {
                    if (call.count() > 4) {
                      throw new CollectiveTimeoutException("too long");
                    }
                  }
                });
    run(
        where,
        config,
        (rank, comm) -> {
          try (DeviceBuffer buffer = comm.device().allocate(DataType.INT32, 8)) {
            buffer.fill((byte) 0, comm.defaultStream());
            DeviceBuffer few = buffer.slice(0, 4);
            assertThatThrownBy(
                    () -> comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream()))
                .hasMessage("too long");
            assertThatThrownBy(
                    () ->
                        comm.group(
                            group -> {
                              group.allReduce(few, few, ReduceOp.SUM, comm.defaultStream());
                              group.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
                            }))
                .hasMessage("too long");
            comm.allReduce(few, few, ReduceOp.SUM, comm.defaultStream());
            comm.defaultStream().synchronize();
          }
        });

    assertThat(thrown).isEmpty();
  }
}
