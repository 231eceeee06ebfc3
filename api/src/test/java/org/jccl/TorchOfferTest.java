package org.jccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Ranks in Python say what they have in the layout that ranks in Java read, and the other way. */
class TorchOfferTest {
  private static final Path SCRIPT = script();
  private static final Capability JAVA =
      new Capability("nccl", 22_809, "libnccl.so", "host/GPU-1", false);

  /** Runs without Python, too: a new layout has a new first byte, in both languages. */
  @Test
  void bothLanguagesNameTheSameLayout() throws IOException {
    assertThat(Files.readString(SCRIPT))
        .contains("_FORMAT = 0x%x  #".formatted(Offer.FORMAT))
        .contains("in (\"nccl\", library, identity, \"off\")");
  }

  @Test
  void javaReadsAnOfferOfPython() throws Exception {
    byte[] offer =
        HexFormat.of()
            .parseHex(
                python(
                    "print(jccl_torch._offered(22809, 'NCCL of torch', 'host/GPU-2', False).hex())"));

    assertThat(Offer.of(offer))
        .isEqualTo(
            new Offer.Able(
                new Capability("nccl", 22_809, "NCCL of torch", "host/GPU-2", false), true));
  }

  @Test
  void pythonGoesOnWithAnOfferOfJava() throws Exception {
    assertThat(refusal(new Offer.Able(JAVA, true).toBytes())).isEqualTo("[]");
  }

  @Test
  void pythonRefusesWhatJavaWouldRefuse_inTheSameWords() throws Exception {
    assertThat(refusal(new Offer.Able(JAVA, true, "on").toBytes()))
        .contains("the ranks have different tuning: {0: 'off', 1: 'on'}");
    assertThat(refusal(new Offer.Able(JAVA, false).toBytes()))
        .contains("the ranks have different warm-up");
    assertThat(refusal(new Offer.Unable("there is no GPU").toBytes()))
        .contains("rank 1 cannot: there is no GPU");
    byte[] older = new Offer.Able(JAVA, true).toBytes();
    older[0]--;
    assertThat(refusal(older)).contains("cannot read: use one version of jccl on all ranks");
  }

  /** What rank 0 in Python objects to, where rank 1 sent these bytes. */
  private static String refusal(byte[] ofJava) throws Exception {
    return python(
        "print(jccl_torch._refusal([jccl_torch._offered(22809, 'NCCL', 'host/GPU-2', False),"
            + " bytes.fromhex('"
            + HexFormat.of().formatHex(ofJava)
            + "')]))");
  }

  private static String python(String line) throws Exception {
    assumeTrue(hasPython(), "there is no python3");
    Process python =
        new ProcessBuilder("python3", "-B", "-c", "import jccl_torch; " + line)
            .directory(SCRIPT.getParent().toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(python.exitValue()).describedAs(said).isZero();
    return said.strip();
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "-c", "0").start().waitFor() == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  private static Path script() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("jccl_torch.py"))) {
      folder = folder.getParent();
    }
    return folder.resolve("jccl_torch.py");
  }
}
