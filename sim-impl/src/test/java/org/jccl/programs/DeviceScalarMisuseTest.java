package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jccl.MisuseKind.BUFFER_FREED;
import static org.jccl.MisuseKind.BUFFER_OVERLAP;
import static org.jccl.MisuseKind.BUFFER_REUSE;
import static org.jccl.MisuseKind.GROUP_HAZARD;
import static org.jccl.MisuseKind.UNINITIALIZED_DATA;
import static org.jccl.programs.Lab.FULL;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.ints;

import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.Work;
import org.junit.jupiter.api.Test;

/**
 * A device scalar is memory that its operation reads (PMS-03): SIM-22, 23, 28, 29 and 63 hold for
 * it.
 */
class DeviceScalarMisuseTest {
  private static RankProgram freed(boolean waits) {
    return rank -> {
      Communicator comm = rank.communicator();
      try (DeviceBuffer data = ints(rank, 4)) {
        DeviceBuffer scalar = ints(rank, 1);
        try (PreMulSum scaled = comm.preMulSum(scalar)) {
          comm.allReduce(data, scaled);
        }
        if (waits) {
          comm.defaultStream().synchronize();
        }
        scalar.close();
        comm.defaultStream().synchronize();
      }
    };
  }

  @Test
  void SIM_29_aScalarIsFreedBeforeItsOperationIsComplete() {
    for (long seed = 0; seed < 10; seed++) {
      Lab.seeded(seed).finds(BUFFER_FREED, 2, freed(false));
      Lab.seeded(seed).accepts(2, freed(true));
    }
  }

  private static RankProgram freedBefore(boolean anotherIsThere) {
    return rank -> {
      Communicator comm = rank.communicator();
      try (DeviceBuffer data = ints(rank, 4)) {
        DeviceBuffer scalar = ints(rank, 1);
        try (PreMulSum scaled = comm.preMulSum(scalar)) {
          scalar.close();
          DeviceBuffer other = anotherIsThere ? ints(rank, 1) : data;
          comm.allReduce(data, scaled);
          comm.defaultStream().synchronize();
          other.close();
        }
      }
    };
  }

  @Test
  void SIM_29_aScalarIsFreedBeforeTheCall_alsoWhereOtherMemoryTakesItsPlace() {
    for (boolean anotherIsThere : new boolean[] {false, true}) {
      assertThat(PLAIN.finds(BUFFER_FREED, 2, freedBefore(anotherIsThere)))
          .hasMessageContainingAll("reads a device scalar in allocation", "freed it", "PMS-03");
    }
  }

  private static RankProgram written(boolean ordered) {
    return rank -> {
      Communicator comm = rank.communicator();
      try (DeviceBuffer data = ints(rank, 4);
          DeviceBuffer scalar = ints(rank, 1);
          Stream other = rank.device().newStream();
          PreMulSum scaled = comm.preMulSum(scalar)) {
        Stream compute = ordered ? comm.defaultStream() : other;
        compute.run(Work.named("scale").writes(scalar), memory -> memory.ints(scalar).put(0, 1));
        comm.allReduce(data, scaled);
        comm.defaultStream().synchronize();
        other.synchronize();
      }
    };
  }

  @Test
  void SIM_28_aScalarIsWrittenOnAnotherStream() {
    for (long seed = 0; seed < 10; seed++) {
      Lab.seeded(seed).finds(BUFFER_REUSE, 2, written(false));
      Lab.seeded(seed).accepts(2, written(true));
    }
  }

  private static RankProgram liesIn(int offset) {
    return rank -> {
      Communicator comm = rank.communicator();
      try (DeviceBuffer data = ints(rank, 8);
          PreMulSum scaled = comm.preMulSum(data.slice(offset, 1))) {
        comm.allReduce(data.slice(0, 4), scaled);
        comm.defaultStream().synchronize();
      }
    };
  }

  @Test
  void SIM_23_aScalarLiesInTheOutput() {
    assertThat(PLAIN.finds(BUFFER_OVERLAP, 2, liesIn(3)))
        .hasMessageContaining("(4 bytes) begins 12 bytes into the receive buffer (16 bytes)");
    PLAIN.accepts(2, liesIn(4));
  }

  private static RankProgram isOutputOf(boolean anotherMember) {
    return rank -> {
      Communicator comm = rank.communicator();
      try (DeviceBuffer data = ints(rank, 4);
          DeviceBuffer scalar = ints(rank, 1);
          DeviceBuffer unused = ints(rank, 1);
          PreMulSum scaled = comm.preMulSum(scalar)) {
        comm.group(
            g -> {
              g.allReduce(anotherMember ? scalar : unused, ReduceOp.MAX);
              g.allReduce(data, scaled);
            });
        comm.defaultStream().synchronize();
      }
    };
  }

  @Test
  void SIM_22_aScalarIsTheOutputOfAnotherMember() {
    assertThat(PLAIN.finds(GROUP_HAZARD, 2, isOutputOf(true)))
        .hasMessageContainingAll("the output of all_reduce", "the device scalar of all_reduce");
    PLAIN.accepts(2, isOutputOf(false));
  }

  private static RankProgram reads(boolean isWritten) {
    return rank -> {
      Communicator comm = rank.communicator();
      try (DeviceBuffer data = ints(rank, 4);
          DeviceBuffer scalar = rank.device().allocate(DataType.INT32, 1);
          PreMulSum scaled = comm.preMulSum(scalar)) {
        if (isWritten) {
          scalar.copyFrom(1);
        }
        comm.allReduce(data, scaled);
        comm.defaultStream().synchronize();
        data.copyTo(new int[4]);
      }
    };
  }

  @Test
  void SIM_63_aScalarThatNobodyHasWritten() {
    FULL.finds(UNINITIALIZED_DATA, 2, reads(false));
    FULL.accepts(2, reads(true));
  }
}
