package org.jccl.nccl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jccl.CleanText;
import org.jccl.file.TemporaryFolder;
import org.jccl.nccl.ffi.NativeEnvironment;

/**
 * What NCCL itself prints, as records of the logger {@code org.jccl.nccl}, if {@code
 * -Djccl.nccl.log=WARN} (or INFO, TRACE) asks for it: NCCL writes to a file that is read from here,
 * not to the standard output of the program.
 *
 * <p>Each library makes that file anew when it prints first, so its name is taken away at once, and
 * the next library makes another. What was read is cut off: neither the folder nor the log grows
 * without bounds.
 */
final class LibraryOutput {
  /** The system property that asks for it. */
  static final String PROPERTY = "jccl.nccl.log";

  /** Most lines that a process tells. */
  static final int MOST_LINES = 20_000;

  private static final System.Logger LOG = System.getLogger("org.jccl.nccl");
  private static final String LEVEL = "NCCL_DEBUG";
  private static final String FILE = "NCCL_DEBUG_FILE";
  private static final Set<String> LEVELS = Set.of("WARN", "INFO", "TRACE");
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int MOST_FILES = 16;
  private static final int MOST_OF_A_LINE = 4_000;
  private static final long KEPT_BYTES = 1 << 20;

  private static boolean isStarted;

  private final Path file;
  private final BiConsumer<Level, String> listener;
  private final List<Source> sources = new ArrayList<>();
  private int told;

  /** Reads what appears under the name of {@code file}. */
  LibraryOutput(Path file, BiConsumer<Level, String> listener) {
    this.file = file;
    this.listener = listener;
  }

  /** Whether NCCL's words were asked for. */
  static boolean isWanted() {
    return LEVELS.contains(wish());
  }

  private static String wish() {
    return System.getProperty(PROPERTY, "").strip().toUpperCase(Locale.ROOT);
  }

  /** Before a library is asked for anything: it looks at its environment once. */
  static synchronized void startIfWanted() {
    if (isStarted || wish().isEmpty()) {
      return;
    }
    isStarted = true;
    if (!isWanted()) {
      LOG.log(
          Level.WARNING,
          "-D{0}={1}: NCCL has no such level, give WARN, INFO or TRACE",
          PROPERTY,
          CleanText.line(wish()));
      return;
    }
    try {
      start();
    } catch (IOException noFolder) {
      LOG.log(Level.WARNING, "what NCCL prints cannot be told here", noFolder);
    }
  }

  private static void start() throws IOException {
    String own = NativeEnvironment.get(FILE);
    if (own != null) {
      NativeEnvironment.set(LEVEL, wish());
      LOG.log(Level.INFO, "what NCCL prints goes to {0} ({1})", CleanText.line(own), FILE);
      return;
    }
    Path file = TemporaryFolder.create("nccl").path().resolve("output");
    if (!NativeEnvironment.set(FILE, file.toString().replace("%", "%%"))
        || !NativeEnvironment.set(LEVEL, wish())) {
      LOG.log(Level.WARNING, "what NCCL prints cannot be told on this system");
      return;
    }
    LibraryOutput output = new LibraryOutput(file, LOG::log);
    Thread.ofPlatform().daemon().name("jccl-nccl-output").start(output::run);
    Runtime.getRuntime().addShutdownHook(new Thread(output::look, "jccl-nccl-output-rest"));
  }

  private void run() {
    while (true) {
      look();
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Tells what has come since the last look. */
  synchronized void look() {
    try {
      if (sources.size() < MOST_FILES && Files.exists(file)) {
        sources.add(
            new Source(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)));
        Files.delete(file);
      }
      for (Source source : sources) {
        source.look();
      }
    } catch (IOException unreadable) {
      LOG.log(Level.DEBUG, "what NCCL prints cannot be read", unreadable);
    }
  }

  private void tell(String line) {
    if (line.isBlank() || told > MOST_LINES) {
      return;
    }
    told++;
    if (told > MOST_LINES) {
      listener.accept(
          Level.WARNING, "NCCL goes on beyond " + MOST_LINES + " lines: no more is told");
    } else {
      listener.accept(level(line), CleanText.line(line.strip()));
    }
  }

  /** NCCL begins a line with host, process and thread, its own number of the GPU, and this. */
  private static Level level(String line) {
    if (line.contains("NCCL WARN ")) {
      return Level.WARNING;
    }
    if (line.contains("NCCL ABORT ") || line.contains("NCCL ERROR ")) {
      return Level.ERROR;
    }
    return line.contains("NCCL TRACE ") ? Level.TRACE : Level.INFO;
  }

  /** The file of one library. */
  private final class Source {
    private final FileChannel channel;
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long position;

    Source(FileChannel channel) {
      this.channel = channel;
    }

    void look() throws IOException {
      long end = channel.size();
      while (position < end) {
        int read = channel.read(bytes.clear(), position);
        if (read < 0) {
          return;
        }
        position += read;
        take(bytes.flip());
      }
      if (end > KEPT_BYTES) {
        // NCCL goes on writing at its own place; what lies before takes no room.
        channel.truncate(0);
      }
    }

    private void take(ByteBuffer read) {
      while (read.hasRemaining()) {
        byte next = read.get();
        if (next == '\n' || line.size() == MOST_OF_A_LINE) {
          tell(line.toString(StandardCharsets.UTF_8));
          line.reset();
        }
        if (next != '\n' && next != 0) {
          line.write(next);
        }
      }
    }
  }
}
