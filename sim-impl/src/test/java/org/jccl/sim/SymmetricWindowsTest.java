package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.WindowFlag;
import org.jccl.ops.Operation;
import org.jccl.sim.machine.SymmetricCallPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls on buffers in symmetric windows take other kernels, which round otherwise. */
@Timeout(20)
class SymmetricWindowsTest {
  /** The large ones are so large that binary16 loses what is added to them. */
  private static final float[] INPUTS = {2048, 0.5f, -2048, 0.5f};

  private static void onFourRanks(Simulator.Builder world, Consumer<Communicator> body) {
    CommunicatorConfig quiet = CommunicatorConfig.builder().warmUp(false).build();
    try (Simulator simulator = world.devices(4).build()) {
      Ranks.run(simulator.backend(), 4, quiet, List.of(), rank -> body.accept(rank.communicator()));
    }
  }

  /** The sum of the inputs, which is 1 if nothing is lost. */
  private static float sum(Communicator comm, DeviceBuffer data) {
    data.copyFrom(Float.floatToFloat16(INPUTS[comm.rank()]));
    comm.allReduce(data, ReduceOp.SUM);
    comm.defaultStream().synchronize();
    short[] result = new short[1];
    data.copyTo(result);
    return Float.float16ToFloat(result[0]);
  }

  @Test
  void narrowFloats_areAddedUpInSingle_onlyInWindows() {
    onFourRanks(
        Simulator.builder(),
        comm -> {
          try (DeviceBuffer inside = comm.device().allocateRegistrable(DataType.FLOAT16, 1);
              DeviceBuffer outside = comm.device().allocate(DataType.FLOAT16, 1);
              AutoCloseable window = comm.registerWindow(inside, WindowFlag.COLLECTIVE_SYMMETRIC)) {
            assertThat(window).isNotNull();
            assertThat(sum(comm, inside)).isEqualTo(1);
            assertThat(sum(comm, outside)).isLessThan(1);
          } catch (RuntimeException failed) {
            throw failed;
          } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
          }
        });
  }

  @Test
  void kernelsWithFlags_refuseGroups_withNcclsCode() {
    onFourRanks(
        Simulator.builder().environment(Map.of("NCCL_SYM_KERNEL", "AllReduce_AGxLL_R")),
        comm -> {
          try (DeviceBuffer data = comm.device().allocateRegistrable(DataType.FLOAT32, 64);
              AutoCloseable window = comm.registerWindow(data, WindowFlag.COLLECTIVE_SYMMETRIC)) {
            assertThat(window).isNotNull();
            assertThatThrownBy(
                    () ->
                        comm.group(
                            group -> {
                              group.allReduce(data.slice(0, 8), ReduceOp.SUM);
                              group.allReduce(data.slice(8, 8), ReduceOp.SUM);
                            }))
                .isInstanceOf(CollectiveException.class)
                .extracting(refused -> ((CollectiveException) refused).code())
                .isEqualTo(ResultCode.INVALID_USAGE);
          } catch (RuntimeException failed) {
            throw failed;
          } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
          }
        });
  }

  private static Optional<SymmetricCallPlan> planned(
      Communicator comm, ReduceOp op, DataType type) {
    return Simulator.planSymmetric(comm, Operation.ALL_REDUCE, type, op, 1000);
  }

  @Test
  void onlySumsOfSomeFloats_haveKernels_whateverIsPinned() {
    onFourRanks(
        Simulator.builder().environment(Map.of("NCCL_ALGO", "Ring", "NCCL_PROTO", "Simple")),
        comm -> {
          assertThat(planned(comm, ReduceOp.SUM, DataType.FLOAT32))
              .map(SymmetricCallPlan::kernel)
              .hasValue("AllReduce_AGxLL_R");
          assertThat(planned(comm, ReduceOp.MAX, DataType.FLOAT32)).isEmpty();
          assertThat(planned(comm, ReduceOp.AVG, DataType.FLOAT32)).isEmpty();
          assertThat(planned(comm, ReduceOp.SUM, DataType.FLOAT64)).isEmpty();
          assertThat(planned(comm, ReduceOp.SUM, DataType.INT32)).isEmpty();
        });
  }

  @Test
  void registeredBuffers_takeFewerChannels_forWhatIsSentOn() {
    onFourRanks(
        Simulator.builder(),
        comm -> {
          Operation gather = Operation.ALL_GATHER;
          Operation scatter = Operation.REDUCE_SCATTER;
          long count = 1 << 22;
          ReduceOp sum = ReduceOp.SUM;
          DataType type = DataType.FLOAT32;
          assertThat(Simulator.plan(comm, gather, type, sum, count).lastChannel()).isEqualTo(23);
          assertThat(Simulator.planRegistered(comm, gather, type, sum, count).lastChannel())
              .isEqualTo(15); // recorded
          assertThat(Simulator.planRegistered(comm, scatter, type, sum, count))
              .isEqualTo(Simulator.plan(comm, scatter, type, sum, count));
        });
  }

  @Test
  void variables_takeKernelsAway_orFixBlocks() {
    onFourRanks(
        Simulator.builder().environment(Map.of("NCCL_WIN_ENABLE", "0")),
        comm -> assertThat(planned(comm, ReduceOp.SUM, DataType.FLOAT32)).isEmpty());
    onFourRanks(
        Simulator.builder().environment(Map.of("NCCL_SYM_KERNEL", "ReduceScatter_LD")),
        comm -> assertThat(planned(comm, ReduceOp.SUM, DataType.FLOAT32)).isEmpty());
    onFourRanks(
        Simulator.builder().environment(Map.of("NCCL_SYM_CTAS", "3")),
        comm ->
            assertThat(
                    Simulator.planSymmetric(
                        comm, Operation.ALL_REDUCE, DataType.FLOAT32, ReduceOp.SUM, 1 << 20))
                .map(SymmetricCallPlan::channels)
                .hasValue(3));
  }
}
