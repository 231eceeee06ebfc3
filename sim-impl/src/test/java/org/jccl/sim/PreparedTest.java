package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jccl.CallListener;
import org.jccl.Communicator;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.IssuedCall;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prepared calls on the simulator: the same checks as for calls made one by one. */
class PreparedTest {
  private static final int RANKS = 3;

  private static void run(long seed, RankProgram program) {
    Simulator simulator = Simulator.builder().devices(RANKS).seed(seed).build();
    try (simulator) {
      Ranks.run(simulator.backend(), RANKS, program);
      assertThat(simulator.findings()).isEmpty();
    }
    assertThat(simulator.leaks()).isEmpty();
  }

  private static DeviceBuffer floats(Rank rank, float... values) {
    DeviceBuffer made = rank.device().allocate(DataType.FLOAT32, values.length);
    made.copyFrom(values);
    return made;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void launches_ofSeveralSequencesAndOrdinaryCalls_areInOrder(long seed) {
    run(
        seed,
        rank -> {
          Communicator comm = rank.communicator();
          try (Stream one = rank.device().newStream();
              Stream two = rank.device().newStream();
              DeviceBuffer x = floats(rank, 1);
              Graph sum = comm.prepare(c -> c.allReduce(x, ReduceOp.SUM));
              Graph max = comm.prepare(c -> c.allReduce(x, ReduceOp.MAX))) {
            sum.launch(one); // 3
            max.launch(two); // 3
            comm.allReduce(x, ReduceOp.SUM, one); // 9
            sum.launch(two); // 27
            two.synchronize();
            one.synchronize();
            float[] got = new float[1];
            x.copyTo(got);
            assertThat(got).containsExactly(27f);
          }
        });
  }

  @Test
  void childrenAndSecondCommunicators_prepareForThemselves() {
    run(
        7,
        rank -> {
          Communicator comm = rank.communicator();
          try (Communicator pair = comm.split(rank.rank() == 0 ? 0 : 1, rank.rank());
              DeviceBuffer x = floats(rank, 1);
              Graph sum = pair.prepare(c -> c.allReduce(x, ReduceOp.SUM));
              Graph all = comm.prepare(c -> c.allReduce(x, ReduceOp.SUM))) {
            sum.launch(comm.defaultStream());
            all.launch(comm.defaultStream());
            comm.defaultStream().synchronize();
            float[] got = new float[1];
            x.copyTo(got);
            assertThat(got).containsExactly(5f);
          }
        });
  }

  @Provokes(reports = MisuseKind.MISMATCH)
  @Test
  void differentSequences_areReportedWithTheLinesOfTheirBodies() {
    assertThatThrownBy(
            () ->
                run(
                    1,
                    rank -> {
                      Communicator comm = rank.communicator();
                      try (DeviceBuffer x = floats(rank, 1, 2);
                          Graph sum =
                              comm.prepare(
                                  c -> {
                                    if (rank.rank() == 1) {
                                      c.allReduce(x, ReduceOp.MAX);
                                    } else {
                                      c.allReduce(x, ReduceOp.SUM);
                                    }
                                  })) {
                        sum.launch(comm.defaultStream());
                        comm.defaultStream().synchronize();
                      }
                    }))
        .isInstanceOf(RanksFailedException.class)
        .hasMessageContaining("MISMATCH(reduction)")
        .hasMessageContaining("PreparedTest.java");
  }

  @Provokes(reports = MisuseKind.MISSING_RANK)
  @Test
  void aRankThatDoesNotLaunch_isADeadlock() {
    assertThatThrownBy(
            () ->
                run(
                    1,
                    rank -> {
                      Communicator comm = rank.communicator();
                      try (DeviceBuffer x = floats(rank, 1);
                          Graph sum = comm.prepare(c -> c.allReduce(x, ReduceOp.SUM))) {
                        if (rank.rank() != 2) {
                          sum.launch(comm.defaultStream());
                        }
                        comm.defaultStream().synchronize();
                      }
                    }))
        .isInstanceOf(RanksFailedException.class)
        .hasMessageContaining("all_reduce");
  }

  @Provokes(reports = MisuseKind.BUFFER_REUSE)
  @Test
  void aRaceWithALaunch_isFound() {
    assertThatThrownBy(
            () ->
                run(
                    1,
                    rank -> {
                      Communicator comm = rank.communicator();
                      try (Stream other = rank.device().newStream();
                          DeviceBuffer x = floats(rank, 1);
                          Graph sum = comm.prepare(c -> c.allReduce(x, ReduceOp.SUM))) {
                        sum.launch(comm.defaultStream());
                        x.fill((byte) 0, other);
                        comm.defaultStream().synchronize();
                        other.synchronize();
                      }
                    }))
        .isInstanceOf(RanksFailedException.class);
  }

  @Test
  void anAbort_endsLaunches() {
    run(
        1,
        rank -> {
          Communicator comm = rank.communicator();
          Communicator child = comm.split(0, rank.rank());
          try (DeviceBuffer x = floats(rank, 1);
              Graph sum = child.prepare(c -> c.allReduce(x, ReduceOp.SUM))) {
            if (rank.rank() > 0) {
              sum.launch(child.defaultStream());
            }
            child.abort();
            assertThatThrownBy(() -> sum.launch(comm.defaultStream()))
                .isInstanceOf(CommunicatorAbortedException.class);
            child.close();
          }
        });
  }

  @Test
  void theBodyFails_nothingIsPrepared() {
    run(
        1,
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer x = floats(rank, 1)) {
            assertThatThrownBy(
                    () ->
                        comm.prepare(
                            c -> {
                              c.allReduce(x, ReduceOp.SUM);
                              throw new IllegalStateException("no");
                            }))
                .hasMessage("no");
            assertThatThrownBy(() -> comm.prepare(c -> c.broadcast(x, x, 9)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("9");
            comm.allReduce(x, ReduceOp.SUM);
            comm.defaultStream().synchronize();
          }
        });
  }

  @Test
  void listeners_hearEachLaunch() {
    List<String> heard = new ArrayList<>();
    CallListener.Factory factory =
        where ->
            new CallListener() {
              @Override
              public void after(IssuedCall call) {
                if (where.rank() == 0 && !call.method().equals("barrier")) {
                  heard.add(call.method() + " " + call.number() + " of " + call.groupSize());
                }
              }
            };
    CommunicatorConfig config =
        CommunicatorConfig.builder().warmUp(false).listener(factory).build();
    try (Simulator simulator = Simulator.builder().devices(2).build()) {
      Ranks.run(
          simulator.backend(),
          2,
          config,
          List.of(),
          rank -> {
            Communicator comm = rank.communicator();
            try (DeviceBuffer x = floats(rank, 1);
                DeviceBuffer y = floats(rank, 1);
                Graph both =
                    comm.prepare(
                        c -> {
                          c.allReduce(x, ReduceOp.SUM);
                          c.sendRecv(x, 1 - rank.rank(), y, 1 - rank.rank());
                        })) {
              both.launch(comm.defaultStream());
              both.launch(comm.defaultStream());
              comm.defaultStream().synchronize();
            }
          });
    }
    assertThat(heard)
        .containsExactly(
            "all_reduce 0 of 1",
            "send_recv 0 of 2",
            "send_recv 1 of 2",
            "all_reduce 1 of 1",
            "send_recv 2 of 2",
            "send_recv 3 of 2");
  }

  @Test
  void severalBarriersInAPreparedGroup_haveTokensOfTheirOwn() {
    run(
        1,
        rank -> {
          Communicator comm = rank.communicator();
          try (Graph two =
              comm.prepare(
                  c ->
                      comm.group(
                          g -> {
                            g.barrier();
                            g.barrier();
                          }))) {
            two.launch(comm.defaultStream());
            two.launch(comm.defaultStream());
            comm.defaultStream().synchronize();
          }
        });
  }
}
