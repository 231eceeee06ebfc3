package org.jccl.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much processor time there was, and how much of it was ours: what lies between two readings
 * and was not ours was taken by others, who disturbed the measurement.
 *
 * @param nanos the host's clock
 * @param busy ticks in which the machine worked, the hypervisor's share included; -1 if unknown
 * @param own ticks of a process, mostly this one, and of its children that have ended
 */
record CpuClock(long nanos, long busy, long own) {
  private static final double TICKS_PER_SECOND = 100; // USER_HZ, on every Linux
  private static final int[] WORKING = {0, 1, 2, 5, 6, 7}; // not: idle, waiting for input

  static CpuClock read() {
    return read(ProcessHandle.current());
  }

  /** Of {@code process}, a child that goes on, instead of this one. */
  static CpuClock read(ProcessHandle process) {
    try {
      String machine = Files.readAllLines(Path.of("/proc/stat")).getFirst();
      String line = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return new CpuClock(System.nanoTime(), busy(machine), own(line));
    } catch (IOException | RuntimeException noSuchFile) {
      return new CpuClock(System.nanoTime(), -1, 0);
    }
  }

  /** From the line that adds up all processors: {@code cpu user nice system idle …}. */
  static long busy(String line) {
    List<String> fields = List.of(line.strip().split("\\s+"));
    long sum = 0;
    for (int column : WORKING) {
      sum += Long.parseLong(fields.get(column + 1));
    }
    return sum;
  }

  /** From a process's line; its name, in parentheses, may hold anything. */
  static long own(String line) {
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
    long sum = 0;
    for (int column = 11; column <= 14; column++) { // utime stime cutime cstime
      sum += Long.parseLong(fields[column]);
    }
    return sum;
  }

  /** Share of all processors that others took since {@code earlier}, 0 to 1; NaN if unknown. */
  double othersSince(CpuClock earlier, int processors) {
    if (busy < 0 || earlier.busy < 0) {
      return Double.NaN;
    }
    double seconds = Math.max((nanos - earlier.nanos) / 1e9, 1e-3);
    double others = (busy - earlier.busy - (own - earlier.own)) / TICKS_PER_SECOND;
    return Math.clamp(others / (seconds * processors), 0, 1);
  }
}
