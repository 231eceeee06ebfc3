package org.jccl.nccl.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.jccl.ops.KernelCalls;
import org.junit.jupiter.api.Test;

/** The kernels' text belongs to their source, and to the launches. */
class OneShotModuleTest {
  private static Path source() {
    Path inModule = Path.of("src/main/cuda/one_shot.cu");
    return Files.exists(inModule) ? inModule : Path.of("nccl-impl/cuda").resolve(inModule);
  }

  @Test
  void theTextWasMadeOfThisSource() throws Exception {
    byte[] bytes = Files.readAllBytes(source());
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    for (int architecture : new int[] {80, 90}) {
      List<String> lines = OneShotModule.ptx(architecture).lines().toList();
      assertThat(lines.get(0)).as("run build.sh beside it").isEqualTo("// one_shot.cu " + hash);
      assertThat(lines.get(1))
          .isEqualTo("// nvcc -ptx -O3 -std=c++17 -arch=compute_" + architecture);
      assertThat(lines).contains(".version 7.8", ".target sm_" + architecture);
    }
  }

  @Test
  void theParametersHaveTheSizeOfALaunch() {
    String size = "param_0[" + OneShotRank.CALL_BYTES + "]";
    for (String kernel : List.of("gather", "sum_f32", "sum_f16", "sum_bf16")) {
      assertThat(OneShotModule.ptx(90)).contains("one_shot_" + kernel + "_" + size);
    }
    assertThat(KernelCalls.MOST_RANKS).isEqualTo(8);
  }
}
