package org.jccl.nccl.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jccl.BackendUnavailableException;
import org.jccl.nccl.ffi.LibraryDiscovery.Candidate;
import org.jccl.nccl.ffi.LibraryDiscovery.Report;
import org.jccl.nccl.ffi.LibraryDiscovery.Verdict;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryDiscoveryTest {
  @TempDir Path root;

  private LibraryDiscovery discovery(Map<String, String> environment) {
    return new LibraryDiscovery(new SearchPlaces(environment, root, root.resolve("home")));
  }

  private Path file(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private static Candidate at(Report report, Path path) {
    return report.candidates().stream()
        .filter(candidate -> candidate.path().equals(path.toString()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void nothingAnywhere_isAReportWithoutAChoice() {
    Report report = discovery(Map.of()).find(null);

    assertThat(report.chosen()).isEmpty();
    assertThat(report.reason()).contains("no libnccl.so.2 was found", "JCCL_NCCL_PATH");
    assertThat(report.candidates()).isNotEmpty().noneMatch(Candidate::exists);
    assertThat(report.candidates()).allMatch(c -> c.verdict() == Verdict.NOT_FOUND);
    assertThat(at(report, root.resolve("usr/lib64/libnccl.so.2")).reason()).isEqualTo("not found");
  }

  @Test
  void textFile_isNoElfFile() throws IOException {
    Path text = file("usr/lib64/libnccl.so.2", "not a library");

    Report report = discovery(Map.of()).find(null);

    assertThat(at(report, text).verdict()).isEqualTo(Verdict.UNUSABLE);
    assertThat(at(report, text).reason()).contains("not an ELF file");
    assertThat(report.reason()).contains(text.toString(), "not an ELF file");
  }

  @Test
  void brokenElfFile_hasTheLoadersWords() throws IOException {
    Path broken = file("usr/lib64/libnccl.so.2", "\u007fELF and nothing else");

    assertThat(at(discovery(Map.of()).find(null), broken).reason())
        .contains(broken.toString(), "file too short");
  }

  @Test
  void otherLibrary_hasNoVersionSymbol() {
    Path libc = Path.of("/lib/x86_64-linux-gnu/libm.so.6");
    Assumptions.assumeTrue(Files.exists(libc));

    Report report = discovery(Map.of()).find(libc.toString());

    assertThat(report.chosen()).isEmpty();
    assertThat(report.reason()).contains("no symbol ncclGetVersion");
  }

  /** A real library of this machine, changed by {@code change}, as {@code libnccl.so.2}. */
  private Path changed(UnaryOperator<byte[]> change) throws IOException {
    Path libm = Path.of("/lib/x86_64-linux-gnu/libm.so.6");
    Assumptions.assumeTrue(Files.exists(libm));
    Path folder = Files.createDirectories(root.resolve("usr/lib64"));
    return Files.write(folder.resolve("libnccl.so.2"), change.apply(Files.readAllBytes(libm)));
  }

  @Test
  void halfCopiedLibrary_isNotLoaded() throws IOException {
    // The loader would map it, and the JVM would end with SIGBUS at the first missing page.
    for (int part = 1; part < 20; part++) {
      int parts = part;
      Path cut = changed(bytes -> Arrays.copyOf(bytes, (int) ((long) bytes.length * parts / 20)));

      assertThat(at(discovery(Map.of()).find(null), cut).reason()).contains("cut off");
    }
  }

  @Test
  void libraryOfAnotherMachine_isNotLoaded() throws IOException {
    Path arm = changed(bytes -> with(bytes, 18, 183));
    assertThat(at(discovery(Map.of()).find(null), arm).reason())
        .contains("aarch64", "this machine");

    Path narrow = changed(bytes -> with(bytes, 4, 1));
    assertThat(at(discovery(Map.of()).find(null), narrow).reason()).contains("32 bits");

    Path program = changed(bytes -> with(bytes, 16, 2));
    assertThat(at(discovery(Map.of()).find(null), program).reason()).contains("no shared library");
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
    return bytes;
  }

  @Test
  void libraryOfOtherFunctions_lacksWhatEveryNcclHas() throws IOException {
    Path libm = changed(bytes -> bytes);

    assertThat(at(discovery(Map.of()).find(null), libm).reason())
        .containsPattern("lacks (\\d+) of \\1 functions");
  }

  @Test
  void pipeOrDevice_doesNotBlock() throws IOException, InterruptedException {
    Path folder = Files.createDirectories(root.resolve("usr/lib64"));
    Path pipe = folder.resolve("libnccl.so.2");
    int made = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    Assumptions.assumeTrue(made == 0);

    assertThat(at(discovery(Map.of()).find(null), pipe).reason()).contains("no regular file");
    assertThat(discovery(Map.of()).find("/dev/zero").reason()).contains("no regular file");
  }

  @Test
  void list_loadsNothingAndChoosesNothing() throws IOException {
    Path text = file("usr/lib64/libnccl.so.2", "text");

    Report report = discovery(Map.of()).list(null, "there is no GPU");

    assertThat(report.chosen()).isEmpty();
    assertThat(at(report, text).reason()).contains("not an ELF file");
    assertThat(report.candidates())
        .anySatisfy(
            loader -> {
              assertThat(loader.origin()).isEqualTo("loader");
              assertThat(loader.reason()).isEqualTo("not loaded: there is no GPU");
            });
  }

  @Test
  void explicitPathThatIsBad_isTheOnlyCandidate() throws IOException {
    file("usr/lib64/libnccl.so.2", "another one");

    Report report =
        discovery(Map.of("JCCL_NCCL_PATH", "/elsewhere", "LD_LIBRARY_PATH", "/a:/b"))
            .find(root.resolve("bad.so").toString());

    assertThat(report.candidates()).hasSize(1);
    assertThat(report.chosen()).isEmpty();
    assertThat(report.reason()).contains("asked for", "bad.so", "not found");
  }

  @Test
  void variable_standsAloneAndMayNameAFolder() throws IOException {
    Path text = file("mine/libnccl.so.2", "text");

    Report report = discovery(Map.of("JCCL_NCCL_PATH", text.getParent().toString())).survey(null);

    assertThat(report.candidates()).hasSize(1);
    assertThat(report.candidates().getFirst().path()).isEqualTo(text.toString());
    assertThat(report.reason()).contains("JCCL_NCCL_PATH", "not an ELF file");
  }

  @Test
  void places_comeInOrder() throws IOException {
    Path cuda = file("usr/local/cuda-12.8/lib64/libnccl.so.2", "");
    Path venv = file("venv/lib/python3.12/site-packages/nvidia/nccl/lib/libnccl.so.2", "");
    Path opt = file("opt/conda/lib/python3.11/site-packages/nvidia/nccl/lib/libnccl.so.2", "");
    Path dist = file("usr/lib/python3/dist-packages/nvidia/nccl/lib/libnccl.so.2", "");
    Map<String, String> environment =
        Map.of("LD_LIBRARY_PATH", "/first:/second", "VIRTUAL_ENV", root.resolve("venv").toString());

    List<String> paths =
        discovery(environment).find(null).candidates().stream().map(Candidate::path).toList();

    assertThat(paths)
        .containsSubsequence(
            "/first/libnccl.so.2",
            "/second/libnccl.so.2",
            "libnccl.so.2",
            root.resolve("usr/lib/x86_64-linux-gnu/libnccl.so.2").toString(),
            cuda.toString(),
            venv.toString(),
            dist.toString(),
            opt.toString());
  }

  @Test
  void sameFile_isExaminedOnce() throws IOException {
    Path text = file("usr/lib64/libnccl.so.2", "text");
    Path link = root.resolve("usr/local/lib/libnccl.so.2");
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, text);

    Candidate second = at(discovery(Map.of()).find(null), link);

    assertThat(second.verdict()).isEqualTo(Verdict.SAME_FILE);
    assertThat(second.reason()).contains(text.toString());
  }

  @Test
  void open_ofWhatIsNotThere_saysSo() {
    assertThatThrownBy(() -> NcclLibrary.open("/nowhere/libnccl.so.2"))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("/nowhere/libnccl.so.2 cannot be opened: there is no such file");
    assertThatThrownBy(() -> NcclLibrary.open("libnowhere.so.2"))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("cannot open shared object file");
  }
}
