package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;

/**
 * Captured work. The origin's lane is replayed on the launch stream, others on streams of its own.
 */
final class SimGraph implements Graph {
  private final DeviceContext context;
  private final List<SimStream> lanes;
  private final List<Capture.Node> nodes;
  private final List<SimStream> own = new ArrayList<>();
  private final List<Runnable> releases;
  private boolean closed;

  SimGraph(
      DeviceContext context,
      List<SimStream> lanes,
      List<Capture.Node> nodes,
      List<Runnable> releases) {
    this.context = context;
    this.lanes = lanes;
    this.nodes = nodes;
    this.releases = releases;
    for (int lane = 1; lane < lanes.size(); lane++) {
      own.add(lanes.get(lane).context().newStream());
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
      Capture.StreamMap map =
          captured -> {
            int lane = lanes.indexOf(captured);
            return lane == 0 ? target : own.get(lane - 1);
          };
      nodes.forEach(node -> node.replay(map));
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      own.forEach(SimStream::close);
      releases.forEach(Runnable::run);
    }
  }
}
