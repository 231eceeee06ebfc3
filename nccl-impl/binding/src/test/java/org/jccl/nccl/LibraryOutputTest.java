package org.jccl.nccl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jccl.CollectiveException;
import org.jccl.nccl.ffi.FakeNccl;
import org.jccl.nccl.ffi.NativeEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryOutputTest {
  private final List<String> told = new ArrayList<>();
  @TempDir Path folder;

  private LibraryOutput output() {
    return new LibraryOutput(
        folder.resolve("output"), (level, line) -> told.add(level + " " + line));
  }

  /** As NCCL opens its file: made anew, and written on at its own place. */
  private FileChannel opened() throws IOException {
    return FileChannel.open(
        folder.resolve("output"),
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  private static void write(FileChannel file, String words) throws IOException {
    file.write(ByteBuffer.wrap(words.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void linesAreTold_whenTheyAreWhole_withTheirLevel() throws IOException {
    LibraryOutput output = output();
    output.look();
    try (FileChannel nccl = opened()) {
      write(nccl, "\nhost:1:2 [0] NCCL WARN Cuda failure 'x'\nhost:1:2 [0] NCCL INFO Boots");
      output.look();
      assertThat(told).containsExactly("WARNING host:1:2 [0] NCCL WARN Cuda failure 'x'");
      assertThat(folder).isEmptyDirectory();
      write(nccl, "trap\nNCCL version 2.28.9\nhost:1:2 NCCL TRACE \u001B[31mred\n");
      output.look();
      assertThat(told.subList(1, 4))
          .containsExactly(
              "INFO host:1:2 [0] NCCL INFO Bootstrap",
              "INFO NCCL version 2.28.9",
              "TRACE host:1:2 NCCL TRACE \\u001B[31mred");
    }
  }

  @Test
  void librariesThatOpenTheSameFile_areBothTold() throws IOException {
    LibraryOutput output = output();
    try (FileChannel first = opened()) {
      write(first, "NCCL INFO first\n");
      output.look();
      try (FileChannel second = opened()) {
        write(second, "NCCL INFO second\n");
        write(first, "NCCL INFO first again\n");
        output.look();
      }
    }
    assertThat(told)
        .containsExactlyInAnyOrder(
            "INFO NCCL INFO first", "INFO NCCL INFO second", "INFO NCCL INFO first again");
  }

  @Test
  void whatWasTold_isCutOffTheFile() throws IOException {
    LibraryOutput output = output();
    String line = "NCCL INFO " + "x".repeat(3_000) + "\n";
    try (FileChannel nccl = opened()) {
      for (int i = 0; i < 1_000; i++) {
        write(nccl, line);
        output.look();
      }
      assertThat(told).hasSize(1_000).allMatch(("INFO " + line.strip())::equals);
      assertThat(nccl.position()).isGreaterThan(3_000_000);
      assertThat(nccl.size()).isZero();
      write(nccl, "NCCL INFO the end\n");
      output.look();
      assertThat(told).last().isEqualTo("INFO NCCL INFO the end");
    }
  }

  @Test
  void aFlood_isBounded() throws IOException {
    LibraryOutput output = output();
    try (FileChannel nccl = opened()) {
      write(nccl, "NCCL TRACE x\n".repeat(LibraryOutput.MOST_LINES + 500));
      output.look();
      write(nccl, "NCCL TRACE x\n".repeat(500) + "a line without an end".repeat(10_000));
      output.look();
    }
    assertThat(told).hasSize(LibraryOutput.MOST_LINES + 1);
    assertThat(told).last().asString().contains("no more is told");
  }

  @Test
  void aLineWithoutAnEnd_isCut() throws IOException {
    LibraryOutput output = output();
    try (FileChannel nccl = opened()) {
      write(nccl, "x".repeat(10_000) + "\n");
      output.look();
    }
    assertThat(told).hasSize(3).allSatisfy(line -> assertThat(line).hasSizeLessThan(4_100));
  }

  // ---- in a process of its own

  @Test
  void aProgramThatAsks_hearsTheLibraryAndItsLastWords() throws Exception {
    List<String> said = run("-Djccl.nccl.log=info");
    assertThat(said)
        .contains(
            "org.jccl.nccl: INFO: host:1:1 [0] NCCL INFO printed by the library at INFO",
            "org.jccl.nccl: WARNING: ncclGetUniqueId: SYSTEM_ERROR, the library says: words of the"
                + " fake. It needs a network interface that it may use: see NCCL_SOCKET_IFNAME.")
        .contains("nothing is left");
  }

  @Test
  void aProgramThatDoesNotAsk_hearsNothing() throws Exception {
    assertThat(run()).containsExactly("the library has no file", "nothing is left");
  }

  @Test
  void aLevelThatNcclDoesNotKnow_isTold() throws Exception {
    assertThat(run("-Djccl.nccl.log=loud"))
        .anyMatch(line -> line.contains("-Djccl.nccl.log=LOUD: NCCL has no such level"))
        .contains("the library has no file");
  }

  private List<String> run(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Djava.io.tmpdir=" + folder);
    command.add("-Djava.util.logging.SimpleFormatter.format=%3$s: %4$s: %5$s%n");
    command.addAll(List.of(options));
    String classes =
        Stream.of(Printing.class, NcclBackend.class, CollectiveException.class)
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
            .map(place -> Path.of(URI.create(place.toString())).toString())
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));
    command.addAll(List.of("-cp", classes, Printing.class.getName()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeAll(List.of("NCCL_DEBUG", "NCCL_DEBUG_FILE"));
    Process child = builder.start();
    try (InputStream out = child.getInputStream()) {
      List<String> said =
          new ArrayList<>(new String(out.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      try (Stream<Path> left = Files.list(folder)) {
        List<Path> files = left.filter(each -> !each.toString().contains("hsperf")).toList();
        said.add(files.isEmpty() ? "nothing is left" : files.toString());
      }
      return said;
    }
  }

  /** A library that prints as NCCL does, and fails. */
  static final class Printing {
    private Printing() {}

    public static void main(String[] arguments) throws InterruptedException {
      FakeNccl fake = new FakeNccl(22809);
      fake.on("ncclGetUniqueId", call -> printed());
      try (NcclBackend backend =
          NcclBackend.over(fake.library(), owner -> FakeDevices.of(owner, 1))) {
        backend.newUniqueId();
      } catch (CollectiveException failed) {
        TimeUnit.MILLISECONDS.sleep(500); // or else the logger of the JVM ends before it is told
      }
    }

    private static int printed() {
      String file = NativeEnvironment.get("NCCL_DEBUG_FILE");
      if (file == null) {
        System.out.println("the library has no file");
      } else {
        try (OutputStream out = Files.newOutputStream(Path.of(file))) {
          String level = NativeEnvironment.get("NCCL_DEBUG");
          out.write(
              ("host:1:1 [0] NCCL INFO printed by the library at " + level + "\n")
                  .getBytes(StandardCharsets.UTF_8));
        } catch (IOException failed) {
          throw new UncheckedIOException(failed);
        }
      }
      return 2;
    }
  }
}
