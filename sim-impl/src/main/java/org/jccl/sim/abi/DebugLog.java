package org.jccl.sim.abi;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jccl.CleanText;
import org.jccl.ops.NcclFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the simulated library logs: its version at the first communicator, and a warning with each
 * refusal (rule ENV-08). {@code NCCL_DEBUG} turns it on; {@code NCCL_DEBUG_FILE} names a file, else
 * it goes to standard output. A file that cannot be written changes nothing.
 */
final class DebugLog {
  private static final int VERSION = 1;
  private static final int WARN = 2;

  private final long level;
  private final @Nullable Path file;
  private final AtomicBoolean greeted = new AtomicBoolean();

  DebugLog(Map<String, String> environment) {
    this.level = Parameter.NCCL_DEBUG.number(environment);
    this.file = level > VERSION ? file(environment.getOrDefault("NCCL_DEBUG_FILE", "")) : null;
  }

  /** Names may have {@code %h} for the host, {@code %p} for the process, {@code %%}. */
  private static @Nullable Path file(String pattern) {
    StringBuilder name = new StringBuilder();
    for (int at = 0; at < pattern.length(); at++) {
      char each = pattern.charAt(at);
      char next = at + 1 < pattern.length() ? pattern.charAt(at + 1) : ' ';
      switch (each == '%' ? next : ' ') {
        case 'h' -> name.append(host());
        case 'p' -> name.append(ProcessHandle.current().pid());
        case '%' -> name.append('%');
        default -> {
          name.append(each);
          continue;
        }
      }
      at++;
    }
    try {
      return name.isEmpty() ? null : Path.of(name.toString());
    } catch (InvalidPathException noFile) {
      return null;
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException unknown) {
      return "localhost";
    }
  }

  /** A communicator is created. */
  void creation(int version) {
    if (level >= VERSION && !greeted.getAndSet(true)) {
      write("NCCL version " + NcclFunction.text(version) + " (simulated)");
    }
  }

  /** Something was refused. */
  void warn(int device, String words) {
    if (level >= WARN) {
      write("[" + device + "] NCCL WARN " + CleanText.line(words));
    }
  }

  private synchronized void write(String line) {
    if (file == null) {
      System.out.println(line);
      return;
    }
    try {
      boolean isPlain = !Files.exists(file) || Files.isRegularFile(file); // a pipe could block
      if (isPlain) {
        Files.writeString(
            file,
            line + "\n",
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      }
    } catch (IOException notWritten) {
      // Logging changes no behaviour.
    }
  }
}
