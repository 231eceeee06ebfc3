package org.jccl.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.IntBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.sim.Provokes;
import org.junit.jupiter.api.Test;

/** Small programs of which all outcomes are known: the search finds each of them, and no other. */
class OutcomesTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int LARGE = 2 << 20;

  /** What a rank does, and what it has seen. */
  private interface Body {
    String run(Rank rank, AtomicInteger shared) throws Exception;
  }

  private static Explorer explorer(int ranks, Body body) {
    return Explorer.ofWorlds(
            world -> {
              String[] seen = new String[ranks];
              AtomicInteger shared = new AtomicInteger();
              world.run(rank -> seen[rank.rank()] = body.run(rank, shared));
              return Arrays.stream(seen).collect(Collectors.joining("|"));
            })
        .ranks(ranks)
        .varies(Set.of())
        .stopsAtFailure(false)
        .shrinks(false);
  }

  private static void hasOutcomes(Explorer explorer, String... expected) {
    Exploration found = explorer.explore();
    assertThat(found.complete()).describedAs(found.summary()).isTrue();
    assertThat(found.outcomes().keySet().stream().map(each -> each.replace("passed ", "")))
        .containsExactlyInAnyOrder(expected);
  }

  private static DeviceBuffer buffer(Rank rank, int count, Stream stream) {
    DeviceBuffer made = rank.device().allocate(DataType.INT32, count);
    made.fill((byte) 0, stream);
    return made;
  }

  private static String asked(Stream stream) {
    return stream.isIdle() ? "y" : "n";
  }

  @Test
  void anyRankMayBegin() {
    hasOutcomes(
        explorer(3, (rank, shared) -> "" + shared.getAndIncrement()).sharesState(true),
        "0|1|2",
        "0|2|1",
        "1|0|2",
        "1|2|0",
        "2|0|1",
        "2|1|0");
  }

  @Test
  void anyRankMayLeaveABarrierFirst() {
    Body body =
        (rank, shared) -> {
          rank.processGroup().barrier(LONG);
          return "" + shared.getAndIncrement();
        };
    hasOutcomes(explorer(2, body).sharesState(true), "0|1", "1|0");
  }

  @Test
  void aQuestion_isAnsweredWithNoTwiceAtMost() {
    Body body =
        (rank, shared) -> {
          Stream stream = rank.communicator().defaultStream();
          try (DeviceBuffer held = buffer(rank, 2, stream)) {
            int noes = 0;
            while (!stream.isIdle()) {
              noes++;
            }
            return "" + noes;
          }
        };
    hasOutcomes(explorer(1, body), "0", "1", "2");
  }

  @Test
  void eachRankSeesTheEndOfItsOwnPart() {
    Body body =
        (rank, shared) -> {
          Communicator comm = rank.communicator();
          Stream stream = comm.defaultStream();
          try (DeviceBuffer held = buffer(rank, 2, stream)) {
            comm.allReduce(held, ReduceOp.SUM);
            if (rank.rank() == 0) {
              stream.synchronize();
            }
            rank.processGroup().barrier(LONG);
            String seen = rank.rank() == 0 ? "-" : asked(stream);
            stream.synchronize();
            return seen;
          }
        };
    hasOutcomes(explorer(2, body), "-|n", "-|y");
  }

  @Test
  void streamsAreInAnyOrder_unlessAnEventOrdersThem() {
    Body apart = (rank, shared) -> twoStreams(rank, false);
    Body ordered = (rank, shared) -> twoStreams(rank, true);
    hasOutcomes(explorer(1, apart), "nn", "ny", "yn", "yy");
    hasOutcomes(explorer(1, ordered), "nn", "ny", "yy");
  }

  /** What the second stream answers, and then the first. */
  private static String twoStreams(Rank rank, boolean ordered) {
    Stream first = rank.communicator().defaultStream();
    try (Stream second = rank.device().newStream();
        Event event = rank.device().newEvent();
        DeviceBuffer one = buffer(rank, 2, first)) {
      event.record(first);
      if (ordered) {
        second.waitFor(event);
      }
      try (DeviceBuffer two = buffer(rank, 2, second)) {
        String seen = asked(second) + asked(first);
        first.synchronize();
        second.synchronize();
        return seen;
      }
    }
  }

  @Provokes(reports = MisuseKind.HOST_WAIT)
  @Test
  void aSmallSendMayEndEarly() {
    Body body =
        (rank, shared) -> {
          Communicator comm = rank.communicator();
          Stream stream = comm.defaultStream();
          try (DeviceBuffer held = buffer(rank, 2, stream)) {
            String seen = "-";
            if (rank.rank() == 0) {
              comm.send(held, 1);
              seen = asked(stream);
            }
            rank.processGroup().barrier(LONG);
            if (rank.rank() == 1) {
              comm.recv(held, 0);
            }
            stream.synchronize();
            return seen;
          }
        };
    hasOutcomes(explorer(2, body), "n|-");
    hasOutcomes(explorer(2, body).varies(Set.of(Variation.EAGER_SENDS)), "n|-", "y|-");
    hasOutcomes(explorer(2, body).varies(Set.of(Variation.CALLS_WAIT)), "n|-", "[HOST_WAIT]");
  }

  /** A broadcast before which the others wait for its root; the root then writes its buffer. */
  private static Body rootGoesAhead(int count) {
    return (rank, shared) -> {
      Communicator comm = rank.communicator();
      Stream stream = comm.defaultStream();
      try (DeviceBuffer held = buffer(rank, count, stream);
          DeviceBuffer out = buffer(rank, count, stream)) {
        stream.synchronize();
        String seen = "-";
        if (rank.rank() == 0) {
          held.copyFrom(3, 4);
          comm.broadcast(held, out, 0, stream);
          seen = asked(stream);
          if (seen.equals("y")) {
            held.copyFrom(5, 6);
          }
        }
        rank.processGroup().barrier(LONG);
        if (rank.rank() != 0) {
          comm.broadcast(held, out, 0, stream);
        }
        stream.synchronize();
        int[] got = new int[2];
        out.copyTo(IntBuffer.wrap(got));
        return seen + got[0] + got[1];
      }
    };
  }

  @Test
  void theRootOfASmallBroadcastMayEndBeforeTheOthersBegin() {
    Body small = rootGoesAhead(2);
    hasOutcomes(explorer(2, small), "n34|-34");
    hasOutcomes(explorer(2, small).varies(Set.of(Variation.EAGER_SENDS)), "n34|-34", "y34|-34");
    hasOutcomes(explorer(2, rootGoesAhead(LARGE)).varies(Set.of(Variation.EAGER_SENDS)), "n34|-34");
  }

  @Provokes(reports = MisuseKind.MISSING_RANK)
  @Test
  void aBroadcastThatNobodyJoins_isReportedInEachWorld() {
    Body body =
        (rank, shared) -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer held = buffer(rank, 2, comm.defaultStream())) {
            if (rank.rank() == 0) {
              comm.broadcast(held, 0);
            }
            comm.defaultStream().synchronize();
            return "";
          }
        };
    Exploration found = explorer(2, body).varies(Set.of(Variation.EAGER_SENDS)).explore();
    assertThat(found.outcomes()).containsOnlyKeys("[MISSING_RANK]");
    assertThat(found.failures().stream().map(ExploredRun::report))
        .anyMatch(report -> report.contains("nothing can run"))
        .anyMatch(report -> report.contains("rank 1 has closed it without making a call"));
  }

  @Provokes(reports = MisuseKind.DEADLOCK)
  @Test
  void bothSendFirst_endsOnlyIfTheMessagesAreSmall() {
    Explorer small = explorer(2, (rank, shared) -> exchange(rank, 2));
    Explorer large = explorer(2, (rank, shared) -> exchange(rank, LARGE));
    hasOutcomes(small.varies(Set.of(Variation.EAGER_SENDS)), "[DEADLOCK]", "1|0");
    hasOutcomes(large.varies(Set.of(Variation.EAGER_SENDS)), "[DEADLOCK]");
  }

  private static String exchange(Rank rank, int count) {
    Communicator comm = rank.communicator();
    Stream stream = comm.defaultStream();
    int peer = 1 - rank.rank();
    try (DeviceBuffer send = buffer(rank, count, stream);
        DeviceBuffer recv = buffer(rank, count, stream)) {
      int[] own = new int[count];
      Arrays.fill(own, rank.rank());
      stream.synchronize();
      send.copyFrom(own);
      comm.send(send, peer);
      comm.recv(recv, peer);
      stream.synchronize();
      int[] got = new int[count];
      recv.copyTo(IntBuffer.wrap(got));
      return "" + got[count - 1];
    }
  }

  @Provokes(reports = MisuseKind.UNMATCHED_P2P)
  @Test
  void aSmallSendThatNobodyReceives_isReportedInEachWorld() {
    Body body =
        (rank, shared) -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer held = buffer(rank, 2, comm.defaultStream())) {
            if (rank.rank() == 0) {
              comm.send(held, 1);
            }
            comm.defaultStream().synchronize();
            return "";
          }
        };
    Exploration found = explorer(2, body).varies(Set.of(Variation.EAGER_SENDS)).explore();
    assertThat(found.outcomes()).containsOnlyKeys("[UNMATCHED_P2P]");
    assertThat(found.failures().stream().map(ExploredRun::report))
        .anyMatch(report -> report.contains("sent, and never received"));
  }

  @Provokes(reports = MisuseKind.ORDER_INVERSION)
  @Test
  void communicatorsOnDevicesWithFewPlaces_standInEachOthersWay() {
    Body body =
        (rank, shared) -> {
          Communicator comm = rank.communicator();
          Stream stream = comm.defaultStream();
          try (Stream other = rank.device().newStream();
              DeviceBuffer one = buffer(rank, 2, stream);
              DeviceBuffer two = buffer(rank, 2, other)) {
            Communicator child = comm.split(0, comm.rank());
            comm.allReduce(one, ReduceOp.SUM);
            child.allReduce(two, ReduceOp.SUM, other);
            stream.synchronize();
            other.synchronize();
            child.close();
            return "ok";
          }
        };
    hasOutcomes(explorer(2, body), "ok|ok");
    hasOutcomes(
        explorer(2, body).varies(Set.of(Variation.RESIDENT_KERNELS)), "ok|ok", "[ORDER_INVERSION]");
  }

  /** When a kernel reads and writes cannot be seen: who looks in between is guilty every time. */
  @Provokes(reports = MisuseKind.BUFFER_REUSE)
  @Test
  void inputsAndOutputs_areNobodyElsesUntilTheEnd_inEverySchedule() {
    for (boolean input : List.of(true, false)) {
      Body body =
          (rank, shared) -> {
            Stream stream = rank.communicator().defaultStream();
            try (Stream other = rank.device().newStream();
                DeviceBuffer from = buffer(rank, 2, stream);
                DeviceBuffer to = buffer(rank, 2, stream)) {
              stream.synchronize();
              rank.communicator().allReduce(from, to, ReduceOp.SUM, stream);
              if (rank.rank() == 0) {
                (input ? from : to).fill((byte) 1, other);
              }
              stream.synchronize();
              other.synchronize();
              return "ok";
            }
          };
      hasOutcomes(explorer(2, body), "[BUFFER_REUSE]");
    }
  }

  @Test
  void whatAProgramCannotTell_isNotVaried() {
    Body body =
        (rank, shared) -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer held = buffer(rank, 2, comm.defaultStream())) {
            comm.allReduce(held, ReduceOp.SUM);
            comm.defaultStream().synchronize();
            return "ok";
          }
        };
    Explorer all = explorer(2, body).varies(Set.of(Variation.values()));
    assertThat(all.explore().summary()).isEqualTo("complete: 2 schedules, 0 failures");
  }

  /** The seeds of programs that are small. */
  private static final List<Long> SMALL = List.of(11L, 17L, 45L, 48L, 49L, 112L);

  @Provokes(judgedBy = "the explorations")
  @Test
  void explorationsBesideEachOther_findTheSame() throws InterruptedException {
    List<String> alone = SMALL.stream().map(seed -> explored(seed, 1)).toList();
    List<String> beside = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (long seed : SMALL) {
      for (int workers : new int[] {1, 3}) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      String found = explored(seed, workers);
                      synchronized (beside) {
                        beside.add(found);
                      }
                    }));
      }
    }
    for (Thread each : threads) {
      each.join();
    }
    assertThat(beside).hasSize(2 * SMALL.size());
    assertThat(new TreeSet<>(beside)).isEqualTo(new TreeSet<>(alone));
  }

  /** All that does not depend on which thread was first. */
  private static String explored(long seed, int workers) {
    GeneratedProgram program = GeneratedProgram.of(seed);
    Exploration found =
        Explorer.ofWorlds(program::run)
            .ranks(program.ranks())
            .sharesState(program.sharesState())
            .varies(Set.of())
            .threads(workers)
            .stopsAtFailure(false)
            .shrinks(false)
            .explore();
    return seed
        + ": "
        + found.complete()
        + found.schedules()
        + found.outcomes().keySet()
        + found.failures().stream().map(ExploredRun::failure).sorted().toList();
  }
}
