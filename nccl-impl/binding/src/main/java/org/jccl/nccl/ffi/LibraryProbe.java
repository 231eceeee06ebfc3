package org.jccl.nccl.ffi;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jccl.BackendUnavailableException;
import org.jccl.CleanText;
import org.jspecify.annotations.Nullable;

/**
 * Loads a library in a process of its own before this one does: its constructors and its version
 * call may hang, exit or crash, which no file tells. What was found is remembered.
 */
final class LibraryProbe {
  /** What the child prints when the library has answered, whether it can be used or not. */
  private static final String ANSWERED = "jccl: the library has answered";

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int MOST_BYTES = 1 << 16;
  private static final int SIGNAL = 128;
  private static final int KILLED = SIGNAL + 9;

  private final ProbeMemory memory;
  private final Duration limit;

  /** Probes that end after {@code limit} and are remembered in {@code memory}. */
  LibraryProbe(ProbeMemory memory, Duration limit) {
    this.memory = memory;
    this.limit = limit;
  }

  /** Probes that are remembered for this user of this machine. */
  static LibraryProbe ofThisMachine() {
    return new LibraryProbe(ProbeMemory.ofThisUser(), LIMIT);
  }

  /** Why {@code file} must not be loaded into this process; null if nothing speaks against it. */
  @Nullable String objection(Path file) {
    Optional<String> known = memory.of(file);
    if (known.isPresent()) {
      return known.get().isEmpty() ? null : known.get();
    }
    Outcome outcome = tried(file);
    memory.keep(file, outcome.objection == null ? "" : outcome.objection, outcome.isLasting);
    return outcome.objection;
  }

  /**
   * What came of one try.
   *
   * @param isLasting whether a try in another process would most likely end the same way
   */
  private record Outcome(@Nullable String objection, boolean isLasting) {}

  private Outcome tried(Path file) {
    String classes = classPath();
    if (classes == null) {
      return new Outcome(null, false); // this JVM's classes are in no file: there is no child
    }
    try {
      ProcessBuilder builder =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-Xmx64m",
                      "-Xshare:auto",
                      "-XX:TieredStopAtLevel=1",
                      "-XX:+UseSerialGC",
                      "-XX:-CreateCoredumpOnCrash",
                      "-XX:+ErrorFileToStdout",
                      "--enable-native-access=ALL-UNNAMED",
                      "-cp",
                      classes,
                      LibraryProbe.class.getName(),
                      file.toString()))
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"));
      builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
      return outcome(builder.start());
    } catch (IOException noChild) {
      return new Outcome(null, false);
    }
  }

  private Outcome outcome(Process child) {
    Output output = new Output(child.getInputStream());
    try {
      boolean ended = child.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
      if (!ended) {
        boolean answered = output.text().contains(ANSWERED);
        return new Outcome(answered ? null : hung(), !answered);
      }
      output.await();
      if (output.text().contains(ANSWERED)) {
        return new Outcome(null, true);
      }
      int code = child.exitValue();
      return new Outcome(ended(code, output.text()), code != KILLED);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return new Outcome("the wait for the process that tried it was interrupted", false);
    } finally {
      child.descendants().forEach(ProcessHandle::destroyForcibly);
      child.destroyForcibly();
    }
  }

  private String hung() {
    return ProbeMemory.HANGS
        + " when it is loaded or asked for its version: a process that tried it had not"
        + " come back after "
        + limit.toSeconds()
        + " s";
  }

  private static String ended(int code, String said) {
    Optional<String> signal =
        said.lines().map(String::strip).filter(line -> line.startsWith("#  SIG")).findFirst();
    String how =
        signal
            .map(line -> line.substring(1).strip().split(" ", 2)[0])
            .orElse(code > SIGNAL ? "signal " + (code - SIGNAL) : "exit code " + code);
    return "it ends the process that loads it or asks for its version: a process that tried it"
        + " ended with "
        + CleanText.line(how);
  }

  /** Where the child finds this class and those it needs; null if that is no place of files. */
  private static @Nullable String classPath() {
    String own = place(LibraryProbe.class);
    String api = place(BackendUnavailableException.class);
    return own == null || api == null ? null : own + File.pathSeparator + api;
  }

  private static @Nullable String place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL location = source == null ? null : source.getLocation();
    try {
      return location == null || !location.getProtocol().equals("file")
          ? null
          : Path.of(location.toURI()).toString();
    } catch (URISyntaxException noPlace) {
      return null;
    }
  }

  /** What a child says, as much of it as is of use. */
  private static final class Output {
    private final StringBuilder text = new StringBuilder();
    private final Thread reader;

    Output(InputStream stream) {
      reader = Thread.ofPlatform().daemon().name("jccl-library-probe").start(() -> read(stream));
    }

    private void read(InputStream stream) {
      byte[] bytes = new byte[4096];
      try {
        for (int n = stream.read(bytes); n >= 0; n = stream.read(bytes)) {
          synchronized (text) {
            if (text.length() < MOST_BYTES) {
              text.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
            }
          }
        }
      } catch (IOException gone) {
        // The child has ended.
      }
    }

    /** The child has ended; what it has started may hold its output open. */
    void await() throws InterruptedException {
      reader.join(Duration.ofSeconds(1));
    }

    String text() {
      synchronized (text) {
        return text.toString();
      }
    }
  }

  /** The child: loads the library that the argument names. */
  public static void main(String[] arguments) {
    try {
      NcclLibrary.load(arguments[0]);
    } catch (BackendUnavailableException refused) {
      // This process will say the same.
    }
    System.out.println();
    System.out.println(ANSWERED);
    System.out.flush();
    Runtime.getRuntime().halt(0); // without the library's destructors
  }
}
