package org.jccl.fidelity.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.data.Fold;
import org.jccl.ops.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rings, trees and choices are read from NCCL's own log. */
class NcclLogTest {
  @TempDir private Path folder;

  private static CallSpec call(Operation operation, long count) {
    Fold fold = operation.reduces() ? Fold.SUM : Fold.COPY;
    return CallSpec.exact(operation, DataType.FLOAT32, fold, count, 0, Layout.PLAIN, 107);
  }

  @Test
  void communicator_isDrawn() throws Exception {
    Path file = folder.resolve("log");
    NcclLog log = new NcclLog(file);
    assertThat(log.drawn(2).rings()).isEmpty();
    Files.writeString(
        file,
        """
        host:1:2 [1] NCCL INFO Trees [0] -1/-1/-1->1->0 [1] 0/-1/-1->1->-1
        host:1:1 [0] NCCL INFO Channel 00/02 : 0 1
        host:1:1 [0] NCCL INFO Channel 01/02 : 0 1
        host:1:1 [0] NCCL INFO Trees [0] 1/-1/-1->0->-1 [1] -1/-1/-1->0->1
        host:1:1 [0] NCCL INFO Channel 00/0 : 0[0] -> 1[1] via P2P/direct pointer
        """);
    NcclLog.Drawn drawn = log.drawn(2);
    assertThat(drawn.rings()).containsExactly(List.of(0, 1), List.of(0, 1));
    assertThat(drawn.trees())
        .containsExactly(
            "[0] 1/-1/-1->0->-1 [1] -1/-1/-1->0->1", "[0] -1/-1/-1->1->0 [1] 0/-1/-1->1->-1");
  }

  @Test
  void choices_areThoseOfTheLatestCalls_whateverTheirOrder() throws Exception {
    Path file = folder.resolve("log");
    Files.writeString(
        file,
        """
        h:1:1 [0] NCCL INFO AllReduce: 4 Bytes -> Algo TREE proto LL channel{Lo..Hi}={0..0}
        """);
    NcclLog log = new NcclLog(file);
    log.skip();
    Files.writeString(
        file,
        """
        h:1:1 [0] NCCL INFO AllReduce: 4000 Bytes -> Algo RING proto LL128 channel{Lo..Hi}={0..3}
        h:1:1 [0] NCCL INFO Reduce: 4 Bytes -> Algo RING proto LL channel{Lo..Hi}={4..4}
        h:1:1 [0] NCCL INFO AllReduce: 4 Bytes -> Algo RING proto SIMPLE channel{Lo..Hi}={5..5}
        h:1:1 [0] NCCL INFO AllReduce: 8 By""",
        StandardOpenOption.APPEND);
    assertThat(
            log.choices(
                List.of(
                    call(Operation.ALL_REDUCE, 1),
                    call(Operation.ALL_REDUCE, 1000),
                    call(Operation.REDUCE, 1),
                    call(Operation.GATHER, 1))))
        .containsExactly(
            new RecordedChoice("RING", "SIMPLE", 5, 5),
            new RecordedChoice("RING", "LL128", 0, 3),
            new RecordedChoice("RING", "LL", 4, 4),
            null);
    Files.writeString(
        file, "tes -> Algo RING proto LL channel{Lo..Hi}={0..1}\n", StandardOpenOption.APPEND);
    assertThat(log.choices(List.of(call(Operation.ALL_REDUCE, 2))))
        .containsExactly(new RecordedChoice("RING", "LL", 0, 1));
  }

  @Test
  void symmetricKernel_isNamed() throws Exception {
    Path file = folder.resolve("log");
    Files.writeString(
        file,
        "h:1:1 [0] NCCL INFO AllReduce [Symmetric]: 8000 Bytes -> Kernel AllReduce_AGxLL_R"
            + " nchannels 4 nthreads 512 nWorks 2\n");
    RecordedChoice kernel = new RecordedChoice("SYM", "AllReduce_AGxLL_R", 0, 3);
    assertThat(
            new NcclLog(file)
                .choices(
                    List.of(call(Operation.ALL_REDUCE, 1000), call(Operation.ALL_REDUCE, 1000))))
        .containsExactly(kernel, kernel);
  }
}
