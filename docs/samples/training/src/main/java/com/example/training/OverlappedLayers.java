package com.example.training;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.ReduceOp;
import org.jccl.Stream;

/**
 * Tensor parallelism with overlap: while the partial sums of one layer are reduced on a stream of
 * their own, the next layer's are brought to the device on another.
 *
 * <p>A layer's result is the sum of the ranks' parts. Two buffers take turns; events say when a
 * buffer is full, and when it may be filled again.
 */
public final class OverlappedLayers implements AutoCloseable {
  private final Communicator comm;
  private final int width;
  private final Stream compute;
  private final Stream reduce;
  private final DeviceBuffer[] parts = new DeviceBuffer[2];
  private final Event[] full = new Event[2];
  private final Event[] done = new Event[2];

  /** Layers of so many elements. */
  public OverlappedLayers(Communicator comm, int width) {
    this.comm = comm;
    this.width = width;
    Device device = comm.device();
    this.compute = device.newStream();
    this.reduce = device.newStream();
    for (int i = 0; i < parts.length; i++) {
      parts[i] = device.allocate(DataType.FLOAT32, width);
      full[i] = device.newEvent();
      done[i] = device.newEvent();
    }
  }

  /** Reduces this rank's parts of all layers; returns the whole layers. */
  public float[][] run(float[][] layers) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment[] results = new MemorySegment[layers.length];
      for (int layer = 0; layer < layers.length; layer++) {
        int turn = layer % parts.length;
        if (layer >= parts.length) {
          compute.waitFor(done[turn]);
        }
        parts[turn].copyFrom(arena.allocateFrom(ValueLayout.JAVA_FLOAT, layers[layer]), compute);
        full[turn].record(compute);

        reduce.waitFor(full[turn]);
        comm.allReduce(parts[turn], parts[turn], ReduceOp.SUM, reduce);
        results[layer] = arena.allocate(ValueLayout.JAVA_FLOAT, width);
        parts[turn].copyTo(results[layer], reduce);
        done[turn].record(reduce);
      }
      reduce.synchronize();
      float[][] whole = new float[layers.length][];
      for (int layer = 0; layer < layers.length; layer++) {
        whole[layer] = results[layer].toArray(ValueLayout.JAVA_FLOAT);
      }
      return whole;
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < parts.length; i++) {
      parts[i].close();
      full[i].close();
      done[i].close();
    }
    compute.close();
    reduce.close();
  }
}
