package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jccl.MisuseKind.BUFFER_REUSE;
import static org.jccl.MisuseKind.OUTSTANDING_OPS;
import static org.jccl.programs.Lab.ints;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.ShrinkMode;
import org.jccl.Stream;
import org.jccl.Work;
import org.jccl.config.ConfigField;
import org.junit.jupiter.api.Test;

/** SIM-47, SPL-11: what counts is what the host has waited for, not what has ended by chance. */
class OutstandingOperationsTest {
  private static final int SCHEDULES = 20;

  /** A sum on a stream of its own, then {@code waits}, then a split. */
  private static RankProgram splitBehind(Consumer<Stream> waits) {
    return rank -> {
      Communicator comm = rank.communicator();
      try (DeviceBuffer data = ints(rank, 4);
          Stream stream = rank.device().newStream()) {
        comm.allReduce(data, ReduceOp.SUM, stream);
        waits.accept(stream);
        comm.split(0, rank.rank()).close();
        stream.synchronize();
      }
    };
  }

  private static void findsInAll(RankProgram program) {
    for (long seed = 0; seed < SCHEDULES; seed++) {
      assertThat(Lab.seeded(seed).finds(OUTSTANDING_OPS, 2, program))
          .hasMessageContainingAll("in flight", "synchronize the communicator's streams first");
    }
  }

  @Test
  void SIM_47_aSplitThatHasNotWaited_isFoundInEverySchedule() {
    findsInAll(splitBehind(stream -> {}));
    findsInAll(splitBehind(stream -> stream.device().defaultStream().synchronize()));
  }

  private static void polled(Stream stream) {
    while (!stream.isIdle()) {
      Thread.yield();
    }
  }

  private static void behindAnEvent(Stream stream) {
    try (Event event = stream.device().newEvent()) {
      event.record(stream);
      event.synchronize();
    }
  }

  @Test
  void SIM_47_everyWayOfWaitingCounts() {
    List<Consumer<Stream>> ways =
        List.of(
            Stream::synchronize,
            stream -> stream.device().synchronize(),
            stream -> stream.completion().join(),
            OutstandingOperationsTest::polled,
            OutstandingOperationsTest::behindAnEvent);
    for (Consumer<Stream> way : ways) {
      for (long seed = 0; seed < SCHEDULES; seed++) {
        Lab.seeded(seed).accepts(2, splitBehind(way));
      }
    }
  }

  /** The last operation of a communicator comes after all others of it, on whatever stream. */
  @Test
  void SIM_47_toWaitForTheLastOperationIsEnough() {
    RankProgram program =
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer data = ints(rank, 4);
              Stream stream = rank.device().newStream()) {
            comm.allReduce(data, ReduceOp.SUM, stream);
            comm.barrier();
            comm.defaultStream().synchronize();
            comm.split(0, rank.rank()).close();
          }
        };
    for (long seed = 0; seed < SCHEDULES; seed++) {
      Lab.seeded(seed).accepts(2, program);
    }
  }

  /** The jobs of such a communicator begin behind the call, in no thread's name. */
  @Test
  void SIM_47_aNonblockingCommunicatorThatWaited_isSplit() {
    CommunicatorConfig nonblocking =
        CommunicatorConfig.builder().set(ConfigField.BLOCKING, 0).build();
    Duration limit = Duration.ofSeconds(30);
    RankProgram program =
        rank -> {
          try (DeviceBuffer data = ints(rank, 4);
              Communicator comm = rank.communicator().split(0, rank.rank(), nonblocking)) {
            comm.awaitReady(limit);
            comm.allReduce(data, ReduceOp.SUM);
            comm.awaitReady(limit);
            comm.defaultStream().synchronize();
            try (Communicator child = comm.split(0, rank.rank(), nonblocking)) {
              comm.awaitReady(limit);
              child.awaitReady(limit);
            }
          }
        };
    for (long seed = 0; seed < SCHEDULES; seed++) {
      Lab.seeded(seed).accepts(2, program);
    }
  }

  /** The stream is closed, which waits for it, and its lane of clocks goes to another one. */
  private static RankProgram splitBehindClosedStream(boolean ofGraph) {
    return rank -> {
      Communicator comm = rank.communicator();
      try (DeviceBuffer data = ints(rank, 4)) {
        try (Stream stream = rank.device().newStream()) {
          if (ofGraph) {
            stream.beginCapture();
            comm.allReduce(data, ReduceOp.SUM, stream);
            try (Graph graph = stream.endCapture()) {
              graph.launch(stream);
              stream.synchronize();
            }
          } else {
            comm.allReduce(data, ReduceOp.SUM, stream);
          }
        }
        try (Stream next = rank.device().newStream()) {
          data.fill((byte) 0, next);
          comm.split(0, rank.rank()).close();
        }
      }
    };
  }

  @Test
  void SIM_47_closingTheStreamIsAWait() {
    for (long seed = 0; seed < SCHEDULES; seed++) {
      Lab.seeded(seed).accepts(2, splitBehindClosedStream(false));
      Lab.seeded(seed).accepts(2, splitBehindClosedStream(true));
    }
  }

  @Test
  void SIM_47_whatWasGivenUpIsNotWaitedFor() {
    RankProgram program =
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer data = ints(rank, 4)) {
            comm.allReduce(data, ReduceOp.SUM);
            polled(comm.defaultStream());
            if (rank.rank() < 2) {
              comm.broadcast(data, 0);
              comm.shrink(Set.of(2), ShrinkMode.ABORT).close();
            }
            comm.defaultStream().synchronize();
          }
        };
    for (long seed = 0; seed < SCHEDULES; seed++) {
      Lab.seeded(seed).accepts(3, program);
    }
  }

  /** A stream gets the lane of a closed one, on which the communicator's last operation was. */
  private static RankProgram workOnNewStream(boolean ordered) {
    return rank -> {
      Communicator comm = rank.communicator();
      try (DeviceBuffer data = ints(rank, 4)) {
        closedAgain(rank, data);
        try (Stream stream = rank.device().newStream();
            Event done = rank.device().newEvent()) {
          stream.run(Work.named("fill").writes(data), memory -> {});
          if (ordered) {
            done.record(stream);
            comm.defaultStream().waitFor(done);
          }
          comm.allReduce(data, ReduceOp.SUM);
          comm.defaultStream().synchronize();
        }
      }
    };
  }

  private static void closedAgain(Rank rank, DeviceBuffer data) {
    try (Stream stream = rank.device().newStream()) {
      rank.communicator().allReduce(data, ReduceOp.SUM, stream);
    }
  }

  @Test
  void SIM_28_aNewStreamIsNotOrderedByTheOneThatWasClosed() {
    for (long seed = 0; seed < SCHEDULES; seed++) {
      Lab.seeded(seed).finds(BUFFER_REUSE, 2, workOnNewStream(false));
      Lab.seeded(seed).accepts(2, workOnNewStream(true));
    }
  }
}
