package com.example.training;

import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.Work;

/**
 * Tensor parallelism with overlap: while the partial sums of one layer are reduced on a stream of
 * their own, the next layer's are computed on another.
 *
 * <p>A layer's result is the sum of the ranks' parts. Two buffers take turns; events say when a
 * buffer is full, and when it may be filled again.
 */
public final class OverlappedLayers implements AutoCloseable {
  private static final double LAYER_MICROS = 50;

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

  /** Computes this rank's parts of all layers and reduces them; returns the whole layers. */
  public float[][] run(float[][] weights, float input) {
    float[][] whole = new float[weights.length][width];
    for (int layer = 0; layer < weights.length; layer++) {
      int turn = layer % parts.length;
      if (layer >= parts.length) {
        compute.waitFor(done[turn]);
      }
      multiply(weights[layer], input, parts[turn]);
      full[turn].record(compute);

      reduce.waitFor(full[turn]);
      comm.allReduce(parts[turn], parts[turn], ReduceOp.SUM, reduce);
      keep(parts[turn], whole[layer]);
      done[turn].record(reduce);
    }
    reduce.synchronize();
    return whole;
  }

  private void multiply(float[] weights, float input, DeviceBuffer part) {
    compute.run(
        Work.named("layer").writes(part).takes(LAYER_MICROS),
        memory -> {
          for (int i = 0; i < weights.length; i++) {
            memory.floats(part).put(i, weights[i] * input);
          }
        });
  }

  private void keep(DeviceBuffer part, float[] result) {
    reduce.run(Work.named("keep").reads(part), memory -> memory.floats(part).get(result));
  }

  @Override
  public void close() {
    compute.close();
    reduce.close();
    for (int i = 0; i < parts.length; i++) {
      parts[i].close();
      full[i].close();
      done[i].close();
    }
  }
}
