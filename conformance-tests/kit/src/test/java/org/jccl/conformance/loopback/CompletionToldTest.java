package org.jccl.conformance.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jccl.CallListener;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.IssuedCall;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Listeners that time calls. */
@Timeout(60)
class CompletionToldTest extends ListenerRuns {
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

  static final class Timers implements CallListener.Factory {
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
