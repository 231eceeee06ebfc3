package org.jccl.sim.check;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.CleanText;
import org.jccl.file.TemporaryFolder;
import org.jspecify.annotations.Nullable;

/**
 * Who holds the monitors that threads wait for, from a dump of all threads: nothing else tells of
 * virtual threads. Made when a report is written, never before. Where the JVM has no such dump, or
 * it says nothing of monitors, there are no owners.
 */
final class MonitorOwners {
  private static final long MOST_BYTES = 64 << 20;
  private static final Pattern THREAD = Pattern.compile("\"tid\": \"(\\d+)\"");
  private static final Pattern NAME = Pattern.compile("\"name\": \"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern BLOCKED_ON = Pattern.compile("\"blockedOn\": \"([^\"]+)\"");
  private static final Pattern HELD =
      Pattern.compile("\"depth\": (\\d+)|\"([^\"\\s]+@[0-9a-f]+)\"");
  private static final String OWNED = "\"monitorsOwned\"";

  /** A monitor, and the frame of its owner in which it was taken. */
  private record Owner(long thread, String name, int depth) {}

  private final Map<String, Owner> owners = new HashMap<>();
  private final Map<Long, String> blocked = new HashMap<>();

  private MonitorOwners() {}

  /** Those of this moment, if any of {@code threads} waits for a monitor. */
  static MonitorOwners among(List<Thread> threads) {
    MonitorOwners found = new MonitorOwners();
    if (threads.stream().anyMatch(each -> each.getState() == Thread.State.BLOCKED)) {
      try {
        found.read(dump());
      } catch (IOException | LinkageError | RuntimeException noDump) {
        found.owners.clear(); // the report does without
      }
    }
    return found;
  }

  private static String dump() throws IOException {
    HotSpotDiagnosticMXBean bean =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    try (TemporaryFolder folder = TemporaryFolder.create("threads")) {
      Path file = folder.path().resolve("dump.json");
      bean.dumpThreads(file.toString(), ThreadDumpFormat.JSON);
      return Files.size(file) > MOST_BYTES ? "" : Files.readString(file);
    }
  }

  private void read(String dump) {
    Matcher threads = THREAD.matcher(dump);
    boolean more = threads.find();
    while (more) {
      long id = Long.parseLong(threads.group(1));
      int from = threads.end();
      more = threads.find();
      read(id, dump.substring(from, more ? threads.start() : dump.length()));
    }
  }

  private void read(long id, String thread) {
    Matcher waits = BLOCKED_ON.matcher(thread);
    if (waits.find()) {
      blocked.put(id, waits.group(1));
    }
    int held = thread.indexOf(OWNED);
    if (held < 0) {
      return;
    }
    Matcher name = NAME.matcher(thread);
    String called = name.find() ? name.group(1) : "";
    int depth = 0;
    Matcher each = HELD.matcher(thread.substring(held));
    while (each.find()) {
      if (each.group(1) != null) {
        depth = Integer.parseInt(each.group(1));
      } else {
        owners.putIfAbsent(each.group(2), new Owner(id, called, depth));
      }
    }
  }

  /**
   * Who holds the monitor that {@code thread} waits for, and where it took it, in words; null if
   * that is not known.
   *
   * @param nameOf what reports call a thread of that id, or null
   * @param stackOf the frames of the thread of that id, or none
   */
  @Nullable String ownerFor(
      Thread thread,
      LongFunction<@Nullable String> nameOf,
      LongFunction<StackTraceElement[]> stackOf) {
    String monitor = blocked.get(thread.threadId());
    Owner owner = monitor == null ? null : owners.get(monitor);
    if (monitor == null || owner == null) {
      return null;
    }
    String known = nameOf.apply(owner.thread);
    String who = known == null ? "thread \"" + CleanText.line(owner.name) + "\"" : known;
    StackTraceElement[] frames = stackOf.apply(owner.thread);
    String where = owner.depth < frames.length ? ", taken at " + frames[owner.depth] : "";
    return "on a "
        + monitor.substring(0, monitor.lastIndexOf('@'))
        + " that "
        + who
        + " holds"
        + where;
  }
}
