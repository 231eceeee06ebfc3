package org.jccl.nccl.ffi;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What memory of this process can be read: an address that a library gives is looked up before it
 * is followed, since a wild one would end the JVM.
 */
final class ReadableMemory {
  private static final Path MAPS = Path.of("/proc/self/maps");

  private ReadableMemory() {}

  /**
   * How many bytes from {@code address} on can be read, {@code most} at most; that many where the
   * system does not say.
   */
  static long bytesAt(long address, long most) {
    long end = address;
    try (BufferedReader lines = Files.newBufferedReader(MAPS, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int dash = line.indexOf('-');
        int space = line.indexOf(' ');
        long from = Long.parseUnsignedLong(line.substring(0, dash), 16);
        long to = Long.parseUnsignedLong(line.substring(dash + 1, space), 16);
        boolean holds = Long.compareUnsigned(from, end) <= 0 && Long.compareUnsigned(end, to) < 0;
        if (holds && line.charAt(space + 1) == 'r') {
          end = to;
        }
      }
    } catch (IOException | RuntimeException unknown) {
      return most;
    }
    return Long.compareUnsigned(end - address, most) < 0 ? end - address : most;
  }
}
