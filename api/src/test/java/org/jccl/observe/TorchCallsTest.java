package org.jccl.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jccl.DataType;
import org.junit.jupiter.api.Test;

/** Calls of ranks in Python, {@code jccl_torch.py}, as ranks in Java hear them, and the reverse. */
class TorchCallsTest {
  /** A group whose other member, rank 0, says {@code others}; tells what rank 1 says. */
  private static final String GROUP =
      """
      import jccl_torch
      class Group:
        _checks, world_size = 0, 2
        def all_gather(self, own):
          print(own.hex())
          return [bytes.fromhex(others) if others else own, own]
      check = jccl_torch.CrossRankCheck(Group())
      """;

  @Test
  void javaReadsACallOfPython_withItsTagAndNumber() throws Exception {
    String said =
        python("others = ''\n" + GROUP + "check.before('reduce', 7, 'torch.bfloat16', 'max', 1)");

    ByteBuffer message = ByteBuffer.wrap(HexFormat.of().parseHex(said));
    assertThat(message.getLong()).isEqualTo((long) "cross-rank check".hashCode() << 32 | 1);
    assertThat(message.getLong()).isZero();
    assertThat(ComparedCall.read(message))
        .containsExactly(
            new ComparedCall(
                0, "reduce", DataType.BFLOAT16.code(), 7, 2, 1, "<module>(<string>:9)"));
  }

  @Test
  void pythonNamesTheDifferenceToACallOfJava() throws Exception {
    ComparedCall java =
        new ComparedCall(
            0, "all_reduce", DataType.FLOAT32.code(), 8, 0, -1, "Main.run(Main.java:5)");
    byte[] calls = ComparedCall.write(List.of(java));
    byte[] message =
        ByteBuffer.allocate(2 * Long.BYTES + calls.length)
            .putLong((long) "cross-rank check".hashCode() << 32 | 1)
            .putLong(0)
            .put(calls)
            .array();
    String others = "others = '" + HexFormat.of().formatHex(message) + "'\n" + GROUP;

    python(others + "check.before('all_reduce', 8, 'float32', 'sum')");
    String said =
        python(
            others
                + "try:\n  check.before('all_reduce', 8, 'float16', 'sum')\n"
                + "except jccl_torch.MismatchError as found:\n  print(found)");

    assertThat(said)
        .contains("MISMATCH: call #0 is not the same on all ranks")
        .contains("rank 0: all_reduce (count 8, float32, sum)")
        .contains("at Main.run(Main.java:5)")
        .contains("rank 1: all_reduce (count 8, float16, sum)");
  }

  private static String python(String program) throws IOException, InterruptedException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("jccl_torch.py"))) {
      folder = folder.getParent();
    }
    Process python;
    try {
      python =
          new ProcessBuilder("python3", "-B", "-c", program)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException missing) {
      assumeTrue(false, "there is no python3");
      throw missing;
    }
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(python.exitValue()).describedAs(said).isZero();
    return said.strip();
  }
}
