package org.jccl.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TuningTest {
  private static final String H200 = "NVIDIA H200";

  @TempDir private Path folder;

  @Test
  void off_choosesNothing() {
    assertThat(Tuning.OFF.choose(H200, 2, 22809).isNone()).isTrue();
    assertThat(Tuning.OFF.isOn()).isFalse();
  }

  @Test
  void auto_knowsWhatWasMeasured_andSaysWhatWasNot() {
    assertThat(Tuning.AUTO.choose(H200, 2, 22809).ctas()).isEqualTo(32);
    assertThat(Tuning.AUTO.choose(H200, 2, 22809).windows()).isTrue();
    assertThat(Tuning.AUTO.choose(H200, 2, 23007).windows()).isFalse();
    assertThat(Tuning.AUTO.choose("NVIDIA H200 NVL", 2, 22809).isNone()).isTrue();
    assertThat(Tuning.AUTO.choose(H200, 3, 22809).why())
        .contains("3 ranks on NVIDIA H200 with NCCL 2.28.9");
  }

  @Test
  void whatComesWithJccl_isFasterThanTheDefaults_atEachSizeThatWasMeasured() {
    TuningChoice choice = TuningTable.shipped().find(H200, 2, 22809).orElseThrow();
    assertThat(choice.times()).hasSize(30);
    assertThat(choice.times())
        .allSatisfy(
            each -> {
              assertThat(each.tuned()).isLessThan(each.plain());
              assertThat(each.prepared()).isLessThan(each.tuned());
            });
    assertThat(choice.micros("reduce_scatter", 1 << 24, false)).hasValue(35.15);
  }

  @Test
  void sameBits_leavesWhatChangesSums() {
    TuningChoice kept = Tuning.AUTO.sameBits().choose(H200, 2, 22809);
    assertThat(kept.isNone()).isTrue();
    assertThat(kept.why()).contains("bits");
    assertThat(Tuning.AUTO.sameBits()).isNotEqualTo(Tuning.AUTO).isEqualTo(Tuning.AUTO.sameBits());
  }

  @Test
  void aFile_isWrittenAndRead_oneEntryAMachine() throws IOException {
    Path file = folder.resolve("deep").resolve("tuning.txt");
    TuningChoice.Time time = new TuningChoice.Time("all_reduce", 8, 6.5, 6.25, 3);
    TuningChoice first = new TuningChoice(16, false, "first | with\na bar", List.of(time));
    TuningTable.put(file, new TuningTable.Entry("GPU 1", 2, 22809, "580", first));
    TuningTable.put(file, new TuningTable.Entry("GPU 1", 4, 22809, "580", first));
    TuningChoice second = new TuningChoice(64, true, "second", List.of(time));
    TuningTable.put(file, new TuningTable.Entry("GPU 1", 2, 22809, "580", second));
    assertThat(TuningTable.read(file).entries()).hasSize(2);
    assertThat(Tuning.file(file).choose("GPU 1", 2, 22809)).isEqualTo(second);
    assertThat(Tuning.file(file).choose("GPU 1", 4, 22809).why()).isEqualTo("first with a bar");
    assertThat(Tuning.file(file).choose("GPU 2", 2, 22809).why()).contains("has nothing for");
  }

  @Test
  void timesOfOwnKernels_areKept_alsoWhereOneIsOpen() throws IOException {
    Path file = folder.resolve("kernels.txt");
    TuningChoice.Time half = new TuningChoice.Time("all_reduce", 8, 9, 8, 4, Double.NaN, 2.25);
    TuningChoice.Time both = new TuningChoice.Time("all_reduce", 24, 9, 8, 4, 3.5, 2.75);
    TuningChoice choice = new TuningChoice(16, true, "a test", List.of(half, both));
    TuningTable.put(file, new TuningTable.Entry("GPU 1", 2, 22809, "580", choice));
    assertThat(Files.readString(file))
        .contains("time all_reduce 8 9.00 8.00 4.00 - 2.25")
        .contains("time all_reduce 24 9.00 8.00 4.00 3.50 2.75");
    TuningChoice read = Tuning.file(file).choose("GPU 1", 2, 22809);
    assertThat(read).isEqualTo(choice);
    assertThat(read.kernelMicros("all_reduce", 16, true)).hasValue(2.5);
    assertThat(read.kernelMicros("all_reduce", 16, false)).isEmpty();
    assertThat(read.kernelMicros("all_reduce", 24, false)).hasValue(3.5);
  }

  @Test
  void any_standsForEveryMachine() throws IOException {
    Path file = folder.resolve("any.txt");
    Files.writeString(
        file,
        "machine any | ranks any | nccl any | driver none\nchoice ctas 8 | windows no | why so\n");
    assertThat(Tuning.file(file).choose("what", 17, 21901).ctas()).isEqualTo(8);
  }

  @Test
  void micros_liesBetweenWhatWasMeasured() {
    TuningChoice choice =
        new TuningChoice(
            32,
            true,
            "",
            List.of(
                new TuningChoice.Time("all_reduce", 100, 9, 5, 1),
                new TuningChoice.Time("all_reduce", 200, 9, 7, 3)));
    assertThat(choice.micros("all_reduce", 150, false)).hasValue(6);
    assertThat(choice.micros("all_reduce", 200, true)).hasValue(3);
    assertThat(choice.micros("all_reduce", 201, true)).isEmpty();
    assertThat(choice.micros("broadcast", 150, false)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "time all_reduce 8 1 1 1",
        "machine a | ranks 2",
        "machine a | ranks x | nccl 1 | driver d",
        "machine a | ranks 2 | nccl 1 | driver d",
        "machine a | ranks 2 | nccl 1 | driver d\nchoice ctas -1 | windows no | why w",
        "machine a | ranks 2 | nccl 1 | driver d\nchoice ctas 4 | windows no | why w\ntime x 8 NaN 1 1",
        "machine a | ranks 2 | nccl 1 | driver d\nsomething else",
      })
  void aBrokenFile_isRefusedWithItsLine(String text) throws IOException {
    Path file = folder.resolve("broken.txt");
    Files.writeString(file, text);
    assertThatThrownBy(() -> Tuning.file(file).choose("a", 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("broken.txt, line ");
  }

  @Test
  void aMissingFile_saysWhatMakesIt() {
    assertThatThrownBy(() -> Tuning.file(folder.resolve("none")).choose("a", 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("./jccl tune --out");
  }
}
