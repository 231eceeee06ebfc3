package org.jccl.sim.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much memory this machine has left. What is off the heap has no bound of the JVM's own: a
 * program that takes more than there is would end this process, and perhaps others, without a word.
 */
final class MachineRoom {
  /** So much is taken without a look: it costs as much as to fill a few pages. */
  private static final long UNSEEN = 64L << 20;

  /** What is left to everybody else. */
  private static final long RESERVE = 64L << 20;

  private static final Path SYSTEM = Path.of("/proc/meminfo");
  private static final Path LIMIT = Path.of("/sys/fs/cgroup/memory.max");
  private static final Path USED = Path.of("/sys/fs/cgroup/memory.stat");
  private static final String AVAILABLE = "MemAvailable:";

  private long taken;

  /**
   * {@code bytes} are taken next; how many there are if that is too many, or -1.
   *
   * <p>Where the system does not say there is enough.
   */
  long shortOf(long bytes) {
    taken += bytes;
    if (taken < UNSEEN) {
      return -1;
    }
    taken = 0;
    long left = Math.min(available(), inContainer());
    return bytes > left - RESERVE ? left : -1;
  }

  private static long available() {
    try {
      for (String line : Files.readAllLines(SYSTEM)) {
        if (line.startsWith(AVAILABLE)) {
          String kib = line.substring(AVAILABLE.length()).strip().split(" ", 2)[0];
          return Long.parseLong(kib) << 10;
        }
      }
    } catch (IOException | NumberFormatException unknown) {
      return Long.MAX_VALUE;
    }
    return Long.MAX_VALUE;
  }

  /** Pages of files count as used there, though they can go: so only what can never be is told. */
  private static long inContainer() {
    try {
      if (!Files.exists(LIMIT)) {
        return Long.MAX_VALUE;
      }
      String limit = Files.readString(LIMIT).strip();
      return limit.equals("max") ? Long.MAX_VALUE : Long.parseLong(limit) - anonymous();
    } catch (IOException | NumberFormatException unknown) {
      return Long.MAX_VALUE;
    }
  }

  private static long anonymous() throws IOException {
    List<String> lines = Files.readAllLines(USED);
    for (String line : lines) {
      if (line.startsWith("anon ")) {
        return Long.parseLong(line.substring("anon ".length()).strip());
      }
    }
    return 0;
  }
}
