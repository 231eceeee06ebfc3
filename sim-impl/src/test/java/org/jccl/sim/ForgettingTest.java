package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.function.IntConsumer;
import org.jccl.CheckLevel;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.PreMulSum;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.Registration;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is closed is forgotten. Heap after a garbage collection is compared from one part of a loop
 * to the next; the bound is {@value #BOUND} bytes a thing, below what a communicator or a run that
 * is kept takes. The long version is {@code ./jccl soak}.
 */
@Provokes(judgedBy = "itself: it counts what simulators leave, and nobody may keep them")
class ForgettingTest {
  private static final int FEW = 150;
  private static final int PARTS = 4;
  private static final int BOUND = 1_500;

  /** Takes turns, {@code FEW} of them to warm up. */
  private static void assertForgotten(IntConsumer body) {
    Growth growth = new Growth();
    for (int turn = 0; turn <= PARTS * FEW; turn++) {
      growth.note(turn);
      body.accept(turn);
    }
    growth.assertBounded();
  }

  private static final class Growth {
    private final long[] heap = new long[PARTS + 1];

    void note(int turn) {
      if (turn % FEW == 0) {
        for (int i = 0; i < 3; i++) {
          System.gc();
        }
        heap[turn / FEW] = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
      }
    }

    /** What is kept shows in each part; what the JVM itself takes while it warms up does not. */
    void assertBounded() {
      long least = Long.MAX_VALUE;
      for (int part = 1; part < PARTS; part++) {
        least = Math.min(least, (heap[part + 1] - heap[part]) / FEW);
      }
      assertThat(least).as("bytes of heap that each one left").isLessThan(BOUND);
    }
  }

  private static Simulator world(CheckLevel level) {
    return Simulator.builder().devices(2).checks(level).warnings(line -> {}).build();
  }

  /** A rank's body, once a turn. */
  @FunctionalInterface
  private interface Turn {
    void take(Rank rank) throws Exception;
  }

  private static void assertForgotten(CheckLevel level, Turn body) {
    Growth growth = new Growth();
    try (Simulator world = world(level)) {
      Ranks.run(
          world.backend(),
          2,
          rank -> {
            for (int turn = 0; turn <= PARTS * FEW; turn++) {
              if (rank.rank() == 0) {
                growth.note(turn);
              }
              body.take(rank);
            }
          });
    }
    growth.assertBounded();
  }

  @ParameterizedTest
  @EnumSource(CheckLevel.class)
  void simulators_leaveNothingOnTheThreadThatUsedThem(CheckLevel level) {
    assertForgotten(
        turn -> {
          try (Simulator world = world(level)) {
            List<Communicator> ranks =
                world.backend().openAll(world.backend().devices(), CommunicatorConfig.defaults());
            world.raw().groupStart();
            world.raw().groupEnd();
            ranks.forEach(Communicator::close);
          }
        });
  }

  @ParameterizedTest
  @EnumSource(CheckLevel.class)
  void runs_leaveNothing(CheckLevel level) {
    try (Simulator world = world(level)) {
      assertForgotten(
          turn ->
              Ranks.run(
                  world.backend(),
                  2,
                  rank -> {
                    rank.communicator().barrier();
                    rank.communicator().defaultStream().synchronize();
                  }));
    }
  }

  @ParameterizedTest
  @EnumSource(CheckLevel.class)
  void runsThatFail_leaveNothing(CheckLevel level) {
    try (Simulator world = world(level)) {
      assertForgotten(turn -> fail(world));
    }
  }

  private static void fail(Simulator world) {
    try {
      Ranks.run(
          world.backend(),
          2,
          rank -> {
            if (rank.rank() == 1) {
              throw new IllegalStateException("on purpose");
            }
            rank.communicator().barrier();
            rank.communicator().defaultStream().synchronize();
          });
    } catch (RanksFailedException expected) {
      return;
    }
    throw new AssertionError("the run did not fail");
  }

  @ParameterizedTest
  @EnumSource(CheckLevel.class)
  void communicators_leaveNothing(CheckLevel level) {
    assertForgotten(
        level,
        rank -> {
          byte[] own = rank.rank() == 0 ? rank.backend().newUniqueId().toBytes() : new byte[0];
          UniqueId id = UniqueId.of(rank.processGroup().broadcast(own, 0));
          try (Communicator made =
              rank.backend()
                  .newCommunicator(
                      id, rank.rank(), 2, rank.device(), CommunicatorConfig.defaults())) {
            made.barrier();
            made.defaultStream().synchronize();
            rank.processGroup().barrier(Duration.ofMinutes(1));
          }
        });
  }

  @ParameterizedTest
  @EnumSource(CheckLevel.class)
  void children_leaveNothing(CheckLevel level) {
    assertForgotten(
        level,
        rank -> {
          try (Communicator child = rank.communicator().split(0, rank.rank());
              Communicator grandchild = child.split(0, rank.rank())) {
            grandchild.barrier();
            grandchild.defaultStream().synchronize();
          }
        });
  }

  @ParameterizedTest
  @EnumSource(CheckLevel.class)
  void buffersStreamsEventsGraphsAndRegistrations_leaveNothing(CheckLevel level) {
    assertForgotten(
        level,
        rank -> {
          Communicator world = rank.communicator();
          try (DeviceBuffer buffer = rank.device().allocateRegistrable(DataType.FLOAT32, 64);
              Registration registered = world.register(buffer);
              Window window = world.registerWindow(buffer, WindowFlag.COLLECTIVE_SYMMETRIC);
              PreMulSum twice = world.preMulSum(DataType.FLOAT32, 2.0);
              Stream stream = rank.device().newStream();
              Event event = rank.device().newEvent()) {
            buffer.fill((byte) 0, stream);
            stream.beginCapture();
            world.allReduce(buffer, buffer, twice, stream);
            try (Graph graph = stream.endCapture()) {
              graph.launch(stream);
              event.record(stream);
              event.synchronize();
            }
          }
        });
  }

  @ParameterizedTest
  @EnumSource(CheckLevel.class)
  void operations_leaveNothing(CheckLevel level) {
    assertForgotten(
        level,
        rank -> {
          try (DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, 64)) {
            Stream stream = rank.communicator().defaultStream();
            buffer.fill((byte) 0, stream);
            for (int call = 0; call < 20; call++) {
              rank.communicator().allReduce(buffer, buffer, ReduceOp.SUM, stream);
            }
            stream.synchronize();
          }
        });
  }
}
