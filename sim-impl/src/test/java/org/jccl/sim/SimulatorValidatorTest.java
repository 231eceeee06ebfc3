package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.junit.jupiter.api.Test;

class SimulatorValidatorTest {
  @Test
  @Provokes(leaves = "what it looks for")
  void whatIsLeftOpen_isFound() {
    List<String> problems = after(rank -> rank.device().allocate(DataType.INT32, 4));

    assertThat(problems).singleElement().asString().contains("left open", "2 buffers");
  }

  @Test
  @Provokes(reports = MisuseKind.MISMATCH)
  void aReportThatNobodyExpects_isFound_alsoWhereTheProgramCatchesIt() {
    List<String> problems =
        after(
            rank ->
                assertThatThrownBy(
                    () -> {
                      DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 1 + rank.rank());
                      rank.communicator().allReduce(buffer, ReduceOp.SUM);
                      rank.communicator().defaultStream().synchronize();
                    }));

    assertThat(problems).singleElement().asString().contains("reported and not expected: MISMATCH");
  }

  @Test
  void aProgramThatIsRight_hasNoProblem() {
    assertThat(after(rank -> rank.device().allocate(DataType.INT32, 4).close())).isEmpty();
  }

  private static List<String> after(RankProgram program) {
    Simulator simulator = Simulator.builder().devices(2).warnings(line -> {}).build();
    try (simulator) {
      Ranks.run(simulator.backend(), 2, program);
    } catch (RuntimeException failed) {
      assertThat(simulator.findings()).isNotEmpty();
    }
    return SimulatorValidator.problems(simulator, List.of());
  }
}
