package org.jccl.sim.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.MisuseKind;
import org.jccl.sim.check.Findings;
import org.jccl.sim.check.Lifetimes;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * The host memory of one buffer for the ends of copies. What is read or written too early is found
 * as for any host memory, by {@link HostUses}; what is closed too early or never, here.
 */
final class HostArena implements Arena {
  private final Arena memory = Arena.ofShared();
  private final DeviceContext context;
  private final Consumer<Arena> kept;
  private final List<Block> blocks = new ArrayList<>();

  private record Block(MemorySegment memory, Lifetimes.Origin origin) {}

  /**
   * Nothing yet.
   *
   * @param kept takes memory that a copy may still use although the program has closed it
   */
  HostArena(DeviceContext context, Consumer<Arena> kept) {
    this.context = context;
    this.kept = kept;
  }

  @Override
  public MemorySegment allocate(long bytes, long alignment) {
    MemorySegment made = memory.allocate(bytes, alignment);
    if (context.simulation().isChecking()) {
      made.fill(Allocation.POISON);
    }
    Lifetimes lifetimes = context.simulation().lifetimes();
    blocks.add(new Block(made, lifetimes.open(Lifetimes.Kind.HOST_BUFFER, context.index(), bytes)));
    return made;
  }

  @Override
  public MemorySegment.Scope scope() {
    return memory.scope();
  }

  @Override
  public void close() {
    Kernel kernel = context.simulation().kernel();
    HostTask task = kernel.enter();
    try {
      ReportBuilder wrong = inUse(task);
      forget();
      if (wrong == null) {
        memory.close();
      } else {
        kept.accept(memory);
        Findings findings = context.simulation().findings();
        if (!findings.excuses(MisuseKind.BUFFER_FREED) && !findings.defers(wrong)) {
          throw findings.keep(wrong);
        }
      }
    } finally {
      kernel.exit(task);
    }
  }

  private void forget() {
    for (Block each : blocks) {
      context.simulation().lifetimes().close(each.origin(), each.memory().byteSize());
    }
    blocks.clear();
  }

  private @Nullable ReportBuilder inUse(HostTask task) {
    for (Block each : blocks) {
      ReportBuilder wrong = context.hostUses().freeing(each.memory(), task);
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }
}
