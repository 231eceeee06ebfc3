package org.jccl.nccl.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jccl.nccl.ffi.FakeElf.Code;
import org.jccl.nccl.ffi.LibraryDiscovery.Candidate;
import org.jccl.nccl.ffi.LibraryDiscovery.Report;
import org.jccl.nccl.ffi.LibraryDiscovery.Verdict;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries that the dynamic loader takes, and that no process survives. */
class HostileLibrariesTest {
  private static final int VERSION = 22809;

  @TempDir Path root;

  @BeforeEach
  void needsItsMachine() {
    Assumptions.assumeTrue(System.getProperty("os.arch").equals("amd64"));
    Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"));
  }

  private Path library(FakeElf elf) throws IOException {
    return elf.write(root.resolve("lib/libnccl.so.2"));
  }

  private Report find(Path library) {
    return find(library, Duration.ofSeconds(60));
  }

  private Report find(Path library, Duration limit) {
    LibraryProbe probe = new LibraryProbe(new ProbeMemory(root.resolve("cache/known")), limit);
    SearchPlaces places =
        new SearchPlaces(Map.of(SearchPlaces.VARIABLE, library.toString()), root, root);
    return new LibraryDiscovery(places, probe).find(null);
  }

  private static void isRefused(Report report, String... words) {
    assertThat(report.chosen()).isEmpty();
    Candidate only = report.candidates().getFirst();
    assertThat(only.verdict()).as(only.reason()).isEqualTo(Verdict.UNUSABLE);
    assertThat(only.reason()).contains(words);
  }

  @Test
  void goodLibrary_isTaken_andAnswers() throws IOException {
    NcclLibrary library = find(library(new FakeElf(VERSION))).chosen().orElseThrow();

    assertThat(library.version()).isEqualTo(VERSION);
    assertThat(library.binding().groupStart()).isZero();
    assertThat(library.binding().commAbort(7)).isZero();
  }

  @Test
  void strippedLibrary_isTakenToo() throws IOException {
    assertThat(find(library(new FakeElf(VERSION).stripped())).chosen()).isPresent();
  }

  @Test
  void constructorThatHangs() throws IOException {
    Path library = library(new FakeElf(VERSION).constructor(Code.LOOP));

    isRefused(find(library, Duration.ofSeconds(2)), "hangs", "after 2 s");

    // Another process reads it from the file; this one does not wait again either.
    Path known = root.resolve("cache/known");
    assertThat(known).content().contains(library.toString(), "hangs");
    assertThat(Files.getPosixFilePermissions(known))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    Path copy = Files.createDirectory(root.resolve("other")).resolve("known");
    assertThat(objection(copied(known, copy), library))
        .contains("it hangs", "remembered in " + copy, "delete that file");
  }

  /** What a process says that knows only {@code known}, and in which no probe answers. */
  private static @Nullable String objection(Path known, Path library) {
    return new LibraryProbe(new ProbeMemory(known), Duration.ofNanos(1)).objection(library);
  }

  private static Path copied(Path from, Path to) throws IOException {
    return Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
  }

  @Test
  void memoryThatOthersMayWrite_orThatIsOld_isNotBelieved() throws IOException {
    Path library = library(new FakeElf(VERSION).constructor(Code.EXIT_0));
    isRefused(find(library), "exit code 0");
    Path known = root.resolve("cache/known");

    Path open = copied(known, root.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(objection(open, library)).contains("hangs");

    Path link = Files.createSymbolicLink(root.resolve("link"), known);
    assertThat(objection(link, library)).contains("hangs");

    String hung =
        Files.readString(known).replaceAll("\t\\d+\t[^\t]*\n", "\t1000\tit hangs, long ago\n");
    Path old = copied(known, root.resolve("old"));
    Files.writeString(old, hung);
    assertThat(objection(old, library)).doesNotContain("long ago");
  }

  @Test
  void constructorThatExits() throws IOException {
    isRefused(find(library(new FakeElf(VERSION).constructor(Code.EXIT_0))), "exit code 0");
  }

  @Test
  void constructorThatCrashes() throws IOException {
    isRefused(find(library(new FakeElf(VERSION).constructor(Code.CRASH))), "SIGILL");
  }

  @Test
  void versionCallThatHangsOrExitsOrCrashes() throws IOException {
    isRefused(
        find(
            library(new FakeElf(VERSION).with("ncclGetVersion", Code.LOOP)), Duration.ofSeconds(2)),
        "hangs");
    isRefused(
        find(library(new FakeElf(VERSION).with("ncclGetVersion", Code.EXIT_0))), "exit code 0");
    isRefused(find(library(new FakeElf(VERSION).with("ncclGetVersion", Code.CRASH))), "SIGILL");
  }

  @Test
  void functionThatIsData() throws IOException {
    isRefused(
        find(library(new FakeElf(VERSION).asData("ncclGetVersion"))),
        "ncclGetVersion is data, not a function");
    isRefused(find(library(new FakeElf(VERSION).asData("ncclAlltoAll"))), "ncclAlltoAll is data");
  }

  @Test
  void whatWasFoundOut_isRemembered_untilTheFileChanges() throws IOException {
    Path library = library(new FakeElf(VERSION).constructor(Code.EXIT_0));
    isRefused(find(library), "exit code 0");
    assertThat(root.resolve("cache/known")).content().contains(library.toString(), "exit code 0");

    Duration atOnce = Duration.ofNanos(1); // no process answers in that time
    isRefused(find(library, atOnce), "exit code 0");
    Path good = new FakeElf(VERSION).write(root.resolve("lib/other"));
    Files.setLastModifiedTime(good, FileTime.from(Instant.EPOCH));
    Files.move(good, library, StandardCopyOption.REPLACE_EXISTING);
    assertThat(find(library).chosen()).isPresent();
    assertThat(find(library, atOnce).chosen()).isPresent();
  }

  @Test
  void damagedMemory_isNoMemory() throws IOException {
    Path known = root.resolve("cache/known");
    Files.createDirectories(known.getParent());
    Files.write(known, new byte[] {0, (byte) 0xff, '\n', '\t', '\t'});

    assertThat(find(library(new FakeElf(VERSION))).chosen()).isPresent();
  }

  @Test
  void wildTexts_areToldAndNotFollowed() throws IOException {
    NcclLibrary library =
        find(library(
                new FakeElf(VERSION)
                    .with("ncclGetErrorString", Code.returns(0x10))
                    .with("ncclGetLastError", Code.returns(0xdeadbeefdead000L))))
            .chosen()
            .orElseThrow();

    assertThat(library.binding().getErrorString(5)).contains("0x10", "nothing can be read");
    assertThat(library.binding().getLastError(0)).contains("nothing can be read");
  }

  @Test
  void unboundedText_isCut() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment endless = arena.allocate(1 << 17).fill((byte) 'x');

      assertThat(NativeAccess.text(endless.address()))
          .startsWith("xxx")
          .endsWith("x…")
          .hasSize(4097);
      assertThat(NativeAccess.text(arena.allocateFrom("words").address())).isEqualTo("words");
      assertThat(NativeAccess.text(0)).isEmpty();
    }
  }
}
