package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.MisuseKind;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * The memory that captured work uses. It may be freed under a graph that is not launched any more;
 * a launch after that would write into whatever lies there then (SIM-29).
 */
final class GraphMemory {
  /** Captured work that uses an allocation, the first one. */
  private record Use(String words, @Nullable String site) {}

  private final Map<Allocation, Use> uses = new LinkedHashMap<>();

  /** Captured work uses {@code memory}. */
  void add(@Nullable Allocation memory, String words, @Nullable String site) {
    if (memory != null && uses.putIfAbsent(memory, new Use(words, site)) == null) {
      memory.isKept(1);
    }
  }

  /** The graph is closed. */
  void release() {
    uses.keySet().forEach(memory -> memory.isKept(-1));
    uses.clear();
  }

  /** Throws if any of it was freed since it was captured. */
  void requireThere(DeviceContext context, HostTask task, @Nullable String captureEnd) {
    for (Map.Entry<Allocation, Use> each : uses.entrySet()) {
      if (each.getKey().isFreed() && context.simulation().isChecking()) {
        throw context
            .simulation()
            .findings()
            .keep(freed(context, task, each.getKey(), each.getValue(), captureEnd));
      }
    }
  }

  private static ReportBuilder freed(
      DeviceContext context,
      HostTask task,
      Allocation memory,
      Use use,
      @Nullable String captureEnd) {
    int launcher = context.rankOf(task);
    List<String> captured = new ArrayList<>();
    captured.add(use.site == null ? "captured" : "captured at " + use.site);
    if (captureEnd != null) {
      captured.add("in the graph that was made at " + captureEnd);
    }
    return new ReportBuilder(
            MisuseKind.BUFFER_FREED,
            " on device "
                + context.index()
                + ": a graph is launched again that uses allocation "
                + memory.number()
                + " ("
                + memory.bytes().byteSize()
                + " bytes), which was freed under it")
        .rank(launcher, "launches the graph", "at " + CallSite.current())
        .rank(launcher, use.words + " uses the memory", String.join(", ", captured))
        .rank(memory.freedBy(), "freed it", "at " + memory.freedAt())
        .line("free the memory when the graph is closed, or capture again (STR-21, SIM-29)");
  }
}
