package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.Backends;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ProcessGroup;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.UniqueId;
import org.jccl.process.ProcessGroups;
import org.junit.jupiter.api.Test;

/** Communicators that ranks open without jccl's control plane, and ranks that open one alone. */
class JoinByIdTest {
  @Test
  void ranksThatHaveTheId_openACommunicator() {
    try (Backend backend = open(3)) {
      Ranks.run(
          backend,
          3,
          rank -> {
            byte[] mine = rank.rank() == 1 ? hex(backend) : new byte[0];
            byte[] hex = rank.processGroup().broadcast(mine, 1);
            UniqueId id = UniqueId.ofHex(new String(hex, StandardCharsets.US_ASCII));
            CommunicatorConfig config = CommunicatorConfig.defaults();

            try (Communicator joined =
                    Communicator.join(id, rank.rank(), 3, rank.device(), config);
                DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 1)) {
              buffer.copyFrom(new int[] {rank.rank() + 1});
              joined.allReduce(buffer, ReduceOp.SUM);
              joined.defaultStream().synchronize();
              int[] sum = new int[1];
              buffer.copyTo(sum);
              assertThat(sum[0]).isEqualTo(6);
            }
          });
    }
  }

  private static byte[] hex(Backend backend) {
    return backend.newUniqueId().toHex().getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void ranksThatCannotBe_areRefused() {
    try (Backend backend = open(1)) {
      for (int[] place : new int[][] {{-1, 2}, {2, 2}, {0, 0}}) {
        assertThatThrownBy(
                () ->
                    Communicator.join(
                        backend.newUniqueId(),
                        place[0],
                        place[1],
                        backend.devices().getFirst(),
                        CommunicatorConfig.defaults()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("rank " + place[0] + " of " + place[1]);
      }
    }
  }

  @Test
  void oneRankOfAGroup_runsHere_andItsFailureGoesOn() throws Exception {
    try (Backend backend = open(1);
        ProcessGroup group = ProcessGroups.inJvm(1).getFirst()) {
      CommunicatorConfig config = CommunicatorConfig.defaults();
      Ranks.run(
          group,
          backend.devices().getFirst(),
          config,
          List.of("a"),
          rank -> {
            assertThat(rank.args()).containsExactly("a");
            assertThat(rank.processGroup()).isSameAs(group);
            assertThat(rank.communicator().state()).isEqualTo(Communicator.State.READY);
          });

      IllegalStateException own = new IllegalStateException("no data");
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      group,
                      backend.devices().getFirst(),
                      config,
                      List.of(),
                      rank -> {
                        throw own;
                      }))
          .isSameAs(own);
    }
  }

  private static Backend open(int devices) {
    return Backends.choose("sim", BackendConfig.builder().devices(devices).build()).open();
  }
}
