package org.jccl.benchmarks.launch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies what a process writes, line by line, each with the process's tag in front; lines of
 * several processes do not mix. Keeps the last lines.
 */
final class LineTagger implements Runnable {
  /** Most bytes of a line that are held back until it ends. */
  private static final int LONGEST = 1 << 16;

  private static final int KEPT = 20;

  /** Most bytes of a line that is kept. */
  private static final int KEPT_BYTES = 1000;

  private final InputStream from;
  private final PrintStream to;
  private final byte[] tag;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final Deque<String> last = new ArrayDeque<>();
  private final AtomicLong passed = new AtomicLong();

  LineTagger(InputStream from, PrintStream to, String tag) {
    this.from = from;
    this.to = to;
    this.tag = tag.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void run() {
    byte[] buffer = new byte[8192];
    try (from) {
      for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
        for (int i = 0; i < read; i++) {
          if (buffer[i] == '\n' || line.size() == LONGEST) {
            end();
          }
          if (buffer[i] != '\n') {
            line.write(buffer[i]);
          }
        }
        passed.addAndGet(read);
        if (from.available() == 0) {
          to.flush();
        }
      }
    } catch (IOException gone) {
      // The process is gone: what it has written has been read.
    }
    if (line.size() > 0) {
      end();
    }
    to.flush();
  }

  private void end() {
    synchronized (to) {
      to.write(tag, 0, tag.length);
      to.write(line.toByteArray(), 0, line.size());
      to.write('\n');
    }
    synchronized (last) {
      if (last.size() == KEPT) {
        last.removeFirst();
      }
      byte[] bytes = line.toByteArray();
      int kept = Math.min(bytes.length, KEPT_BYTES);
      last.addLast(
          new String(bytes, 0, kept, StandardCharsets.UTF_8) + (kept < bytes.length ? "…" : ""));
    }
    line.reset();
  }

  /** How many bytes have been passed on. */
  long passed() {
    return passed.get();
  }

  /** The last lines, or the beginnings of long ones, oldest first. */
  List<String> lastLines() {
    synchronized (last) {
      return List.copyOf(last);
    }
  }
}
