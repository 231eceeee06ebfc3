package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is recorded between the begin and the end of a capture. A stream that waits for an event
 * recorded in the capture joins it, as in CUDA.
 */
public final class Capture {
  /** Says on which stream the work of a captured stream is replayed. */
  public interface StreamMap {
    /** The stream that stands for {@code captured}. */
    SimStream of(SimStream captured);

    /** Where work is asked for that was captured at {@code captured}. */
    @Nullable Object siteOf(@Nullable Object captured);
  }

  /** One recorded submission; done again at each launch. */
  @FunctionalInterface
  public interface Node {
    /** Enqueues the work on the streams that {@code map} names. */
    void replay(StreamMap map);
  }

  private final SimStream origin;
  private final List<SimStream> lanes = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Runnable> releases = new ArrayList<>();

  Capture(SimStream origin) {
    this.origin = origin;
    lanes.add(origin);
  }

  SimStream origin() {
    return origin;
  }

  /** Records one submission. */
  public void add(Node node) {
    nodes.add(node);
  }

  /** Does something when the graph that is being captured is closed. */
  public void whenClosed(Runnable release) {
    releases.add(release);
  }

  void join(SimStream stream) {
    lanes.add(stream);
    stream.capturedBy(this);
  }

  SimGraph end() {
    lanes.forEach(lane -> lane.capturedBy(null));
    return new SimGraph(
        origin.context(), List.copyOf(lanes), List.copyOf(nodes), List.copyOf(releases));
  }
}
