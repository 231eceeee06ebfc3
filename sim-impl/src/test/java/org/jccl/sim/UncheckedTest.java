package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jccl.CheckLevel;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.junit.jupiter.api.Test;

/**
 * Without checks wrong programs are wrong in NCCL's way; the words say that nothing was compared.
 */
class UncheckedTest {
  @Test
  void callsThatDoNotFit_areNoFailureOfTheSimulator() {
    Simulator.Builder builder = Simulator.builder().devices(2).checks(CheckLevel.NONE);
    try (Simulator world = builder.warnings(line -> {}).build()) {
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      world.backend(),
                      2,
                      rank -> {
                        DeviceBuffer data = rank.device().allocate(DataType.FLOAT32, 64);
                        if (rank.rank() == 0) {
                          rank.communicator().reduce(data, data, ReduceOp.SUM, 1);
                        } else {
                          rank.communicator().broadcast(data, 0);
                        }
                        rank.communicator().defaultStream().synchronize();
                      }))
          .hasMessageContaining("do not fit each other, and checks NONE compares none")
          .hasMessageNotContaining("the simulator failed");
    }
  }
}
