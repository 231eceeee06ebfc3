package org.jccl.conformance.loopback;

import java.util.concurrent.CompletableFuture;
import org.jccl.Device;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.Stream;

/**
 * A simulated stream that belongs to a loopback device.
 *
 * @param device what it says it belongs to
 * @param simulated what does the work
 */
record LoopbackStream(Device device, Stream simulated) implements Stream {
  /** The simulated stream behind one of ours. */
  static Stream simulated(Stream stream) {
    if (stream instanceof LoopbackStream own) {
      return own.simulated;
    }
    throw new IllegalArgumentException(stream + " is not a stream of the loopback");
  }

  @Override
  public long handle() {
    return simulated.handle();
  }

  @Override
  public void synchronize() {
    simulated.synchronize();
  }

  @Override
  public boolean isIdle() {
    return simulated.isIdle();
  }

  @Override
  public void waitFor(Event event) {
    simulated.waitFor(LoopbackEvent.simulated(event));
  }

  @Override
  public CompletableFuture<Void> completion() {
    return simulated.completion();
  }

  @Override
  public void beginCapture() {
    simulated.beginCapture();
  }

  @Override
  public Graph endCapture() {
    Graph graph = simulated.endCapture();
    return new Graph() {
      @Override
      public int size() {
        return graph.size();
      }

      @Override
      public void launch(Stream stream) {
        graph.launch(simulated(stream));
      }

      @Override
      public void close() {
        graph.close();
      }
    };
  }

  @Override
  public boolean isCapturing() {
    return simulated.isCapturing();
  }

  @Override
  public void close() {
    simulated.close();
  }
}
