package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.Registration;
import org.jccl.Stream;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Things that live longer than a call: memory freed under them, and what nobody closes. */
class LifetimesTest {
  private static final int RANKS = 3;
  private static final int GUILTY = 1;
  private static final int COUNT = 64;

  private static Simulator run(RankProgram program) {
    Simulator world = Simulator.builder().devices(RANKS).warnings(line -> {}).build();
    try (world) {
      Ranks.run(world.backend(), RANKS, program);
    }
    return world;
  }

  private static void assertFreed(RankProgram program, String... words) {
    assertThatThrownBy(() -> run(program))
        .isInstanceOf(RanksFailedException.class)
        .hasMessageContaining("BUFFER_FREED on device " + GUILTY)
        .hasMessageContainingAll(words);
  }

  private static void assertSilent(RankProgram program) {
    Simulator world = run(program);
    assertThat(world.findings()).isEmpty();
    assertThat(world.leaks()).isEmpty();
  }

  // ---------------------------------------------------------------- graphs

  /** When a buffer of the guilty rank is freed: what a graph has captured, in its life. */
  private enum Freed {
    BEFORE_A_LAUNCH,
    AFTER_THE_LAST_LAUNCH,
    AFTER_CLOSE
  }

  private static void replay(Rank rank, Freed when) {
    Communicator world = rank.communicator();
    Stream stream = rank.device().newStream();
    DeviceBuffer in = zeros(rank.device(), COUNT);
    DeviceBuffer out = zeros(rank.device(), COUNT * RANKS);
    stream.beginCapture();
    world.allGather(in, out, stream);
    Graph graph = stream.endCapture();
    graph.launch(stream);
    stream.synchronize();
    boolean guilty = rank.rank() == GUILTY;
    if (guilty && when == Freed.BEFORE_A_LAUNCH) {
      out.close();
    }
    DeviceBuffer next = zeros(rank.device(), COUNT * RANKS);
    graph.launch(stream);
    stream.synchronize();
    if (guilty && when == Freed.AFTER_THE_LAST_LAUNCH) {
      out.close();
    }
    graph.close();
    out.close();
    in.close();
    next.close();
    stream.close();
  }

  private static DeviceBuffer zeros(Device device, long count) {
    DeviceBuffer made = device.allocate(DataType.FLOAT32, count);
    made.fill((byte) 0, device.defaultStream());
    device.defaultStream().synchronize();
    return made;
  }

  @Test
  @Provokes(reports = MisuseKind.BUFFER_FREED)
  void aGraphThatIsLaunchedAfterItsMemoryWasFreed_isReported() {
    assertFreed(
        rank -> replay(rank, Freed.BEFORE_A_LAUNCH),
        "rank 1: launches the graph",
        "rank 1: all_gather uses the memory",
        "rank 1: freed it",
        "SIM-29");
  }

  @ParameterizedTest
  @EnumSource(names = {"AFTER_THE_LAST_LAUNCH", "AFTER_CLOSE"})
  void memoryOfAGraphThatIsNotLaunchedAgain_mayBeFreed(Freed when) {
    assertSilent(rank -> replay(rank, when));
  }

  @Test
  @Provokes(reports = MisuseKind.BUFFER_FREED)
  void aCapturedCopyKeepsItsMemory_too() {
    assertFreed(
        rank -> {
          Stream stream = rank.device().newStream();
          DeviceBuffer from = zeros(rank.device(), COUNT);
          DeviceBuffer to = zeros(rank.device(), COUNT);
          stream.beginCapture();
          to.copyFrom(from, stream);
          try (Graph graph = stream.endCapture()) {
            if (rank.rank() == GUILTY) {
              from.close();
            }
            graph.launch(stream);
            stream.synchronize();
          }
        },
        "copy uses the memory");
  }

  // ---------------------------------------------------------------- windows and registrations

  private static void window(Rank rank, boolean early) {
    try (Communicator child = rank.communicator().split(0, -rank.rank())) {
      DeviceBuffer buffer = rank.device().allocateRegistrable(DataType.FLOAT32, COUNT);
      Window window = child.registerWindow(buffer, WindowFlag.COLLECTIVE_SYMMETRIC);
      buffer.fill((byte) 0, child.defaultStream());
      child.allReduce(buffer, ReduceOp.SUM);
      child.defaultStream().synchronize();
      if (early && rank.rank() == GUILTY) {
        buffer.close();
      }
      window.close();
      buffer.close();
    }
  }

  @Test
  @Provokes(reports = MisuseKind.BUFFER_FREED)
  void memoryFreedUnderAWindow_isReported() {
    assertFreed(
        rank -> window(rank, true), "made a window of", "frees the memory", "MEM-06, SIM-55");
    assertSilent(rank -> window(rank, false));
  }

  private static void register(Rank rank, boolean early) {
    DeviceBuffer buffer = zeros(rank.device(), COUNT);
    Registration first = rank.communicator().register(buffer);
    Registration second = rank.communicator().register(buffer);
    first.close();
    if (early && rank.rank() == GUILTY) {
      buffer.close();
    }
    second.close();
    buffer.close();
  }

  @Test
  @Provokes(reports = MisuseKind.BUFFER_FREED)
  void memoryFreedUnderARegistration_isReported() {
    assertFreed(rank -> register(rank, true), "made a registration with comm-1");
    assertSilent(rank -> register(rank, false));
  }

  @Test
  void anAbortedCommunicatorHoldsNoMemory() {
    assertSilent(
        rank -> {
          DeviceBuffer buffer = zeros(rank.device(), COUNT);
          try (Communicator child = rank.communicator().split(0, 0)) {
            Registration registered = child.register(buffer);
            child.abort();
            buffer.close();
            registered.close();
          }
        });
  }

  // ---------------------------------------------------------------- leaks

  @Test
  @Provokes(leaves = "what it looks for")
  void whatIsLeftOpen_isALeakWithTheLineThatMadeIt() {
    Simulator world =
        run(
            rank -> {
              Device device = rank.device();
              Communicator child = rank.communicator().split(0, 0);
              DeviceBuffer buffer = device.allocateRegistrable(DataType.FLOAT32, COUNT);
              rank.communicator().register(buffer);
              rank.communicator().registerWindow(buffer);
              child.preMulSum(DataType.FLOAT32, 2.0);
              Stream stream = device.newStream();
              Event event = device.newEvent();
              stream.beginCapture();
              buffer.fill((byte) 0, stream);
              Graph graph = stream.endCapture();
              graph.launch(stream);
              event.record(stream);
              event.synchronize();
            });

    assertThat(world.findings()).isEmpty();
    for (String noun :
        new String[] {
          "communicator", "registration", "window", "custom reduction", "stream", "event", "graph"
        }) {
      assertThat(world.leaks())
          .filteredOn(line -> line.contains(" 3 " + noun + "s were never closed, made at "))
          .as(noun)
          .hasSize(1);
    }
    assertThat(world.leaks())
        .filteredOn(line -> line.startsWith("devices 0, 1, 2: 3 buffers (6291456 bytes) were"))
        .hasSize(1);
    assertThat(world.leaks()).hasSize(8);
  }

  @Test
  void whatARunThatFailedLeavesOpen_isNoLeak() {
    Simulator world = Simulator.builder().devices(RANKS).warnings(line -> {}).build();
    try (world) {
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      world.backend(),
                      RANKS,
                      rank -> {
                        rank.device().newEvent();
                        throw new IllegalStateException("on purpose");
                      }))
          .isInstanceOf(RanksFailedException.class);
    }
    assertThat(world.leaks()).isEmpty();
  }
}
