package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Lifetimes;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * Captured work. The origin's lane is replayed on the launch stream, others on streams of its own.
 */
final class SimGraph implements Graph {
  private final DeviceContext context;
  private final List<SimStream> lanes;
  private final List<Capture.Node> nodes;
  private final List<SimStream> own = new ArrayList<>();
  private final List<Runnable> releases;
  private final Lifetimes.Origin origin;
  private final GraphMemory memory;
  private boolean closed;

  /** The stream of the last launch. */
  private @Nullable SimStream last;

  SimGraph(
      DeviceContext context,
      List<SimStream> lanes,
      List<Capture.Node> nodes,
      List<Runnable> releases,
      GraphMemory memory) {
    this.context = context;
    this.lanes = lanes;
    this.nodes = nodes;
    this.releases = releases;
    this.memory = memory;
    this.origin = context.simulation().lifetimes().open(Lifetimes.Kind.GRAPH, context.index());
    for (int lane = 1; lane < lanes.size(); lane++) {
      own.add(lanes.get(lane).context().newLane());
    }
  }

  @Override
  public int size() {
    return nodes.size();
  }

  @Override
  public void launch(Stream stream) {
    SimStream target = context.own(stream);
    Kernel kernel = context.simulation().kernel();
    HostTask task = kernel.enter();
    try {
      kernel.calls(task, context.index(), "graph_launch");
      if (closed) {
        throw new IllegalStateException("the graph is closed");
      }
      Capture outer = target.capture();
      if (outer != null) {
        throw new IllegalStateException(
            target
                + " is being captured, from "
                + outer.begun()
                + ": launch the graph elsewhere; CUDA answers"
                + " cudaErrorStreamCaptureUnsupported (900) (STR-31)");
      }
      memory.requireThere(context, task, origin.site());
      comesAfterLastLaunch(target);
      Launched launch = new Launched(target);
      nodes.forEach(node -> node.replay(launch));
    } finally {
      kernel.exit(task);
    }
  }

  /** CUDA orders the launches of one graph, on whichever streams they are. */
  private void comesAfterLastLaunch(SimStream target) {
    SimStream before = last;
    last = target;
    if (before != null && before != target && !before.isClosed() && !before.isCapturing()) {
      context.mark(before).awaitedBy(target);
    }
  }

  /** Where one launch goes, and where it was made. */
  private final class Launched implements Capture.StreamMap {
    private final SimStream target;
    private final @Nullable Object site;

    Launched(SimStream target) {
      this.target = target;
      this.site = target.siteOf(System.identityHashCode(SimGraph.this), 0);
    }

    @Override
    public SimStream of(SimStream captured) {
      int lane = lanes.indexOf(captured);
      return lane == 0 ? target : own.get(lane - 1);
    }

    @Override
    public @Nullable Object siteOf(@Nullable Object captured) {
      return site == null ? captured : CallSite.launched(captured, site);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      memory.release();
      context.simulation().lifetimes().close(origin);
      own.forEach(SimStream::close);
      releases.forEach(Runnable::run);
    }
  }
}
