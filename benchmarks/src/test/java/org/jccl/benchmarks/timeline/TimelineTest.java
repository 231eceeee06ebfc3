package org.jccl.benchmarks.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.data.Offset;
import org.jccl.CheckLevel;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.examples.DataParallelTraining;
import org.jccl.benchmarks.predict.Prediction;
import org.jccl.benchmarks.predict.Predictor;
import org.jccl.benchmarks.profile.Profile;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimelineTest {
  private static final int COUNT = 100_000;

  private static DeviceBuffer floats(Rank rank, long count) {
    DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, count);
    buffer.copyFrom(new float[Math.toIntExact(count)]);
    return buffer;
  }

  /** The all-reduces of the program; a communicator's own first one has a single element. */
  private static List<Drawn.Slice> allReduces(Drawn drawn) {
    return drawn.slices("all_reduce").stream()
        .filter(slice -> !Integer.valueOf(1).equals(slice.args().get("count")))
        .toList();
  }

  @ParameterizedTest
  @EnumSource(CheckLevel.class)
  void aCollective_endsTogether_andTakesAsLongAsItsEventsSay(CheckLevel checks) {
    AtomicReference<Double> micros = new AtomicReference<>(0.0);
    Drawn drawn =
        Drawn.of(
            4,
            builder -> builder.checks(checks),
            rank -> {
              Communicator comm = rank.communicator();
              Stream stream = comm.defaultStream();
              try (DeviceBuffer data = floats(rank, COUNT);
                  Event before = rank.device().newEvent();
                  Event after = rank.device().newEvent()) {
                before.record(stream);
                comm.allReduce(data, ReduceOp.SUM);
                after.record(stream);
                stream.synchronize();
                if (rank.rank() == 3) {
                  micros.set(after.microsSince(before));
                }
              }
            });
    drawn.requireOrder();
    List<Drawn.Slice> slices = allReduces(drawn);
    assertThat(slices).hasSize(4);
    assertThat(slices).extracting(Drawn.Slice::device).containsExactly(0, 1, 2, 3);
    assertThat(slices).extracting(Drawn.Slice::end).containsOnly(slices.getFirst().end());
    assertThat(slices)
        .extracting(Drawn.Slice::duration)
        .containsOnly(Math.round(micros.get() * 1e3));
    assertThat(slices.get(2).args().get("rank")).isEqualTo(2);
    assertThat(slices.get(2).args().get("count")).isEqualTo(COUNT);
    assertThat(slices.get(2).args().get("bytes")).isEqualTo(4 * COUNT);
    assertThat(slices.get(2).args().get("type")).isEqualTo("FLOAT32");
    assertThat(slices.get(2).args().get("reduction")).isEqualTo("sum");
    assertThat(slices.get(2).args().containsKey("site")).isEqualTo(checks != CheckLevel.NONE);
  }

  @Test
  void aCollective_takesAsLongAsTheGroupsEstimateSays() {
    AtomicReference<Double> micros = new AtomicReference<>(0.0);
    Drawn drawn =
        Drawn.of(
            2,
            builder -> builder,
            rank -> {
              Communicator comm = rank.communicator();
              try (DeviceBuffer data = floats(rank, COUNT)) {
                double estimate =
                    rank.backend()
                        .simulate(group -> group.on(comm).allReduce(data, ReduceOp.SUM))
                        .orElseThrow();
                if (rank.rank() == 0) {
                  micros.set(estimate);
                }
                comm.allReduce(data, ReduceOp.SUM);
                comm.defaultStream().synchronize();
              }
            });
    List<Drawn.Slice> slices = allReduces(drawn);
    assertThat(slices).hasSize(2);
    assertThat(slices.getFirst().duration() / 1e3).isCloseTo(micros.get(), Offset.offset(0.002));
  }

  /** A run on the simulator and a prediction of its machine say the same. */
  @ParameterizedTest
  @ValueSource(ints = {1, 1000, 100_000, 1_000_000, 3_000_000})
  void aCollective_isCarriedOutAsPredicted(int count) {
    Drawn drawn =
        Drawn.of(
            4,
            builder -> builder,
            rank -> {
              Communicator comm = rank.communicator();
              try (DeviceBuffer data = floats(rank, count)) {
                comm.allReduce(data, ReduceOp.SUM);
                comm.defaultStream().synchronize();
              }
            });
    Drawn.Slice slice = drawn.slices("all_reduce").getLast();
    Prediction predicted =
        new Predictor(Profile.builtIn("h200-nvswitch"))
            .predict(Workload.ofLabel("all_reduce"), DataType.FLOAT32, 4, count);
    assertThat(slice.args().get("count")).isEqualTo(count);
    assertThat(slice.args().get("algorithm")).isEqualTo(predicted.algorithm());
    assertThat(slice.args().get("protocol")).isEqualTo(predicted.protocol());
    assertThat(slice.args().get("channels")).isEqualTo(predicted.channels());
    assertThat(slice.duration() / 1e3).isCloseTo(predicted.micros(), Offset.offset(0.002));
  }

  @Test
  void whoComesEarly_waits_andThatIsShownApart() {
    Drawn drawn =
        Drawn.of(
            2,
            builder -> builder,
            rank -> {
              Communicator comm = rank.communicator();
              Stream stream = comm.defaultStream();
              try (DeviceBuffer data = floats(rank, COUNT)) {
                if (rank.rank() == 1) {
                  data.fill((byte) 0, stream);
                }
                comm.allReduce(data, ReduceOp.SUM);
                stream.synchronize();
              }
            });
    drawn.requireOrder();
    List<Drawn.Slice> waits =
        drawn.slices("all_reduce waits").stream().filter(wait -> wait.device() == 0).toList();
    List<Drawn.Slice> fills =
        drawn.slices("fill").stream()
            .filter(fill -> Integer.valueOf(4 * COUNT).equals(fill.args().get("bytes")))
            .toList();
    assertThat(fills).hasSize(1);
    assertThat(waits.getLast().end()).isEqualTo(fills.getFirst().end());
    assertThat(waits.getLast().duration()).isEqualTo(fills.getFirst().duration());
    assertThat(allReduces(drawn))
        .extracting(Drawn.Slice::start)
        .containsOnly(fills.getFirst().end());
  }

  @Test
  void aGroup_isOneSliceOnItsStream_andALaneForEachCall_withArrowsForMessages() {
    Drawn drawn =
        Drawn.of(
            2,
            builder -> builder.checks(CheckLevel.FULL),
            rank -> {
              Communicator comm = rank.communicator();
              int peer = 1 - rank.rank();
              try (DeviceBuffer out = floats(rank, COUNT);
                  DeviceBuffer in = floats(rank, COUNT);
                  DeviceBuffer sum = floats(rank, COUNT)) {
                out.fill((byte) 0, comm.defaultStream());
                in.fill((byte) 0, comm.defaultStream());
                sum.fill((byte) 0, comm.defaultStream());
                comm.group(
                    group -> {
                      group.send(out, peer);
                      group.recv(in, peer);
                      group.allReduce(sum, ReduceOp.SUM);
                    });
                comm.defaultStream().synchronize();
              }
            });
    drawn.requireOrder();
    List<Drawn.Slice> groups = drawn.slices("group of 3 calls");
    assertThat(groups).hasSize(2);
    List<Drawn.Slice> sends = drawn.slices("send");
    List<Drawn.Slice> receives = drawn.slices("recv");
    assertThat(sends).hasSize(2);
    assertThat(receives).hasSize(2);
    assertThat(sends).extracting(Drawn.Slice::lane).doesNotContain(groups.getFirst().lane());
    assertThat(groups.getFirst().end())
        .isEqualTo(Math.max(sends.getFirst().end(), allReduces(drawn).getFirst().end()));
    assertThat(drawn.phase("s")).hasSize(2);
    assertThat(drawn.phase("f"))
        .hasSize(2)
        .allSatisfy(
            arrow ->
                assertThat(arrow.get("pid") + "/" + arrow.get("tid"))
                    .isIn(receives.stream().map(Drawn.Slice::lane).toList()));
  }

  @Test
  void graphsCopiesAndEventWaits_lieOnTheirStreams_inOrder() {
    Drawn drawn =
        Drawn.of(
            2,
            builder -> builder.seed(5),
            rank -> {
              Communicator comm = rank.communicator();
              Stream stream = comm.defaultStream();
              try (DeviceBuffer data = floats(rank, COUNT);
                  Stream side = rank.device().newStream();
                  Event filled = rank.device().newEvent()) {
                data.fill((byte) 0, side);
                filled.record(side);
                stream.waitFor(filled);
                comm.allReduce(data, ReduceOp.SUM);
                stream.beginCapture();
                comm.allReduce(data, ReduceOp.MAX);
                try (Graph graph = stream.endCapture()) {
                  graph.launch(stream);
                  graph.launch(stream);
                  stream.synchronize();
                }
                data.copyTo(new float[COUNT]);
              }
            });
    drawn.requireOrder();
    List<Drawn.Slice> reduces = allReduces(drawn);
    assertThat(reduces).hasSize(6);
    assertThat(reduces.stream().filter(slice -> "yes".equals(slice.args().get("captured"))))
        .hasSize(4);
    List<Drawn.Slice> waits = drawn.slices("wait for event");
    assertThat(waits).hasSize(2);
    assertThat(waits.getFirst().end()).isLessThanOrEqualTo(reduces.getFirst().start());
    assertThat(drawn.slices("copy to host"))
        .allSatisfy(copy -> assertThat(copy.start()).isGreaterThanOrEqualTo(reduces.get(5).end()));
  }

  @Test
  void whatAHostWaitedFor_comesBeforeWhatItIssuesNext_onAnyStream() {
    Drawn drawn =
        Drawn.of(
            2,
            builder -> builder,
            rank -> {
              Communicator comm = rank.communicator();
              try (DeviceBuffer data = floats(rank, COUNT);
                  Stream other = rank.device().newStream()) {
                comm.allReduce(data, ReduceOp.SUM);
                comm.defaultStream().synchronize();
                data.fill((byte) 1, other);
                other.synchronize();
              }
            });
    drawn.requireOrder();
    long reduced = allReduces(drawn).getFirst().end();
    assertThat(drawn.slices("fill").getLast().start()).isGreaterThanOrEqualTo(reduced);
  }

  @Test
  void training_givesALegalTimeline() {
    Drawn drawn =
        Drawn.of(3, builder -> builder.checks(CheckLevel.FULL), new DataParallelTraining());
    drawn.requireOrder();
    assertThat(allReduces(drawn).stream().filter(s -> "avg".equals(s.args().get("reduction"))))
        .hasSize(3 * 600);
  }

  @Test
  void aFileThatCannotBeWritten_isRefusedAtOnce(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file")).resolve("below");
    assertThatThrownBy(() -> Simulator.builder().timeline(file).build())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot write")
        .hasMessageContaining(file.toString());
  }
}
