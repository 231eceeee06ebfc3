package org.jccl.sim.algo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Splits that an emulator computed (PART-01 to PART-04): f32, 24 channels, default buffers. */
class ChannelSplitTest {
  @ParameterizedTest
  @CsvSource({
    "ALL_REDUCE, LL, 2, 65537, 22809, 3072, 3072, 1025, 22, 8192",
    "ALL_REDUCE, LL, 2, 65537, 23007, 3072, 3072, 1025, 22, 8192",
    "ALL_REDUCE, LL, 4, 65537, 22809, 4608, 4608, 1025, 15, 8192",
    "ALL_REDUCE, LL, 4, 65537, 22902, 5120, 5120, 4097, 13, 8192",
    "ALL_REDUCE, LL, 4, 65537, 23007, 5120, 5120, 4097, 13, 8192",
    "ALL_REDUCE, LL, 2, 1048583, 22809, 44032, 44032, 35847, 24, 8192",
    "ALL_REDUCE, LL, 4, 1048583, 23007, 44032, 44032, 35847, 24, 8192",
    "ALL_REDUCE, LL128, 2, 65537, 22809, 4096, 4096, 1, 17, 144000",
    "ALL_REDUCE, LL128, 4, 65537, 23007, 4096, 4096, 1, 17, 144000",
    "ALL_REDUCE, SIMPLE, 2, 65537, 22809, 10240, 10240, 4097, 7, 524288",
    "ALL_REDUCE, SIMPLE, 4, 65537, 23007, 12288, 12288, 4097, 6, 524288",
    "ALL_REDUCE, SIMPLE, 2, 1048583, 22809, 45056, 45056, 12295, 24, 524288",
    "ALL_REDUCE, SIMPLE, 4, 1048583, 23007, 45056, 45056, 12295, 24, 524288",
    "REDUCE_SCATTER, SIMPLE, 4, 65537, 22809, 3072, 3072, 1025, 22, 524288",
    "REDUCE_SCATTER, SIMPLE, 4, 65537, 23007, 4096, 4096, 1, 17, 524288",
    "REDUCE, LL, 4, 65537, 22809, 5120, 5120, 4097, 13, 8192",
    "REDUCE, LL, 4, 65537, 23007, 6144, 6144, 4097, 11, 8192"
  })
  void split_isThatOfTheReference(
      Operation operation,
      Protocol protocol,
      int ranks,
      long count,
      int version,
      long first,
      long middle,
      long last,
      int parts,
      int chunk) {
    Buffers buffers = Buffers.defaults();
    long bytes = 4 * count * (operation == Operation.REDUCE_SCATTER ? ranks : 1);
    int most = ChannelSplit.maxChannels(Algorithm.RING, protocol, bytes, ranks, 24, buffers);
    ChannelSplit split =
        ChannelSplit.of(
            operation,
            4,
            count,
            Topologies.inRankOrder(ranks, 24),
            new Choice(Algorithm.RING, protocol, most, 0),
            buffers,
            version);
    assertThat(split)
        .isEqualTo(new ChannelSplit(0, parts, first, middle, last, chunk, chunk, chunk));
  }

  @Test
  void buffersTooSmallForAChunk_areRefused() {
    Buffers tiny = new Buffers(64, 64, 64, 512, 640);
    Choice choice = new Choice(Algorithm.RING, Protocol.SIMPLE, 1, 0);
    assertThatThrownBy(
            () ->
                ChannelSplit.of(
                    Operation.REDUCE, 4, 10, Topologies.inRankOrder(2, 1), choice, tiny, 22809))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("64 bytes");
  }
}
