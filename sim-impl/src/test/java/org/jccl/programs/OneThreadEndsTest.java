package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;

/**
 * A thread that drives several ranks ends them one after the other, as in the user guide's first
 * example: strict mode, where the ranks of a host end together (LIF-09), waits for each thread
 * once.
 */
class OneThreadEndsTest {
  private static void sums(Backend backend, List<Communicator> ranks) {
    List<DeviceBuffer> data = new ArrayList<>();
    try {
      for (Communicator each : ranks) {
        DeviceBuffer one = each.device().allocate(DataType.INT32, 1);
        one.copyFrom(1);
        data.add(one);
      }
      backend.group(
          group -> {
            for (int i = 0; i < ranks.size(); i++) {
              group.on(ranks.get(i)).allReduce(data.get(i), ReduceOp.SUM);
            }
          });
      ranks.forEach(each -> each.defaultStream().synchronize());
    } finally {
      data.forEach(DeviceBuffer::close);
    }
  }

  @Test
  void LIF_09_oneThreadClosesAll() {
    for (boolean strict : new boolean[] {false, true}) {
      try (Simulator simulator = Simulator.builder().devices(3).strict(strict).build()) {
        Backend backend = simulator.backend();
        List<Communicator> ranks =
            backend.openAll(backend.devices(), CommunicatorConfig.defaults());
        sums(backend, ranks);
        ranks.forEach(Communicator::close);
        assertThat(simulator.findings()).isEmpty();
      }
    }
  }

  @Test
  void LIF_09_twoThreadsCloseTwoEach() throws Exception {
    for (int round = 0; round < 20; round++) {
      try (Simulator simulator = Simulator.builder().devices(4).strict(true).build();
          ExecutorService threads = Executors.newFixedThreadPool(2)) {
        Backend backend = simulator.backend();
        List<Communicator> ranks =
            backend.openAll(backend.devices(), CommunicatorConfig.defaults());
        List<Future<?>> ends = new ArrayList<>();
        for (int first = 0; first < 4; first += 2) {
          List<Communicator> own = ranks.subList(first, first + 2);
          ends.add(
              threads.submit(
                  () -> {
                    sums(backend, own);
                    own.forEach(Communicator::close);
                  }));
        }
        for (Future<?> end : ends) {
          end.get();
        }
        assertThat(simulator.findings()).isEmpty();
      }
    }
  }
}
