package org.jccl.benchmarks.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A driver that crashes or hangs ends another process, and the doctor says so. */
@DisabledOnOs(OS.WINDOWS)
class LookingProcessTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static LookingProcess shell(String program, Duration limit) {
    return LookingProcess.of(List.of("sh", "-c", program), limit);
  }

  @Test
  void processThatComesBack_givesWhatItFound_withoutItsComplaints() {
    LookingProcess found =
        shell(
            "echo a driver prints; echo; echo '@jccl the answer'; echo found; echo noise >&2",
            LONG);

    assertThat(found.output()).isEqualTo("found\n");
    assertThat(found.fate()).isEmpty();
  }

  @Test
  void processThatALibraryEndsWithoutAnError_hasNotComeBack() {
    LookingProcess found = shell("echo half an answer; exit 0", LONG);

    assertThat(found.fate()).isEqualTo("ended with exit code 0 and without an answer");
    assertThat(found.lastLines()).containsExactly("half an answer");
  }

  @Test
  void processThatCrashes_isTold_withWhatItSaidLast() {
    LookingProcess found = shell("echo 'cuInit \u001b[31m' >&2; kill -ABRT $$", LONG);

    assertThat(found.fate()).isEqualTo("was ended by signal 6");
    assertThat(found.lastLines())
        .singleElement()
        .asString()
        .startsWith("cuInit ")
        .doesNotContain("\u001b");
    assertThat(shell("exit 3", LONG).fate()).isEqualTo("ended with exit code 3");
  }

  @Test
  void crashOfAJvm_isToldWithItsPlace() {
    String words =
        "#\\n#  SIGSEGV (0xb) at pc=0x7f, pid=1\\n# Problematic frame:\\n# C  [libcuda.so.1+0x11]";
    LookingProcess found = shell("printf '" + words + "\\n'; exit 1", LONG);

    assertThat(found.fate()).isEqualTo("crashed with SIGSEGV (0xb) in [libcuda.so.1+0x11]");
    assertThat(found.lastLines()).isEmpty();
  }

  @Test
  void processThatHangs_isKilled() {
    LookingProcess found = shell("echo begun; exec sleep 600", Duration.ofMillis(300));

    assertThat(found.fate()).startsWith("was killed, since it had not come back in ");
    assertThat(found.output()).isEqualTo("begun\n");
  }

  @Test
  void doctorWithoutIt_saysWhatHappened_andWhatIsLeft() {
    Doctor left = Doctor.without(shell("echo cuInit aborts >&2; kill -ABRT $$", LONG));

    assertThat(left.text())
        .contains("backend nccl: not available")
        .contains("a process that looked for GPUs and their library was ended by signal 6")
        .contains("cuInit aborts")
        .contains("backend sim: available")
        .contains("--backend sim");
    assertThat(left.json()).contains("signal 6");
  }

  @Test
  void programThatIsNotThere_isTold() {
    assertThat(LookingProcess.of(List.of("/no/such/program"), LONG).fate())
        .startsWith("could not be started");
  }
}
