package com.example.training;

import java.nio.FloatBuffer;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.Work;

/**
 * ZeRO stage 1: every rank holds all weights, and the optimizer's state of its own part alone.
 *
 * <p>A step averages the gradients by a reduce-scatter, so that each rank gets its part; updates
 * that part; and gathers the parts of all ranks. All of it is enqueued on one stream: the host waits
 * once, for the weights.
 */
public final class ZeroOptimizer implements AutoCloseable {
  private static final float LEARNING_RATE = 0.1f;
  private static final float MOMENTUM = 0.9f;

  private final Communicator comm;
  private final Stream stream;
  private final int part;
  private final DeviceBuffer weights;
  private final DeviceBuffer gradients;
  private final DeviceBuffer ownGradient;
  private final DeviceBuffer velocity;

  /** For {@code count} weights, a multiple of the number of ranks; all of them begin at 0. */
  public ZeroOptimizer(Communicator comm, int count) {
    if (count % comm.worldSize() != 0) {
      throw new IllegalArgumentException(count + " weights for " + comm.worldSize() + " ranks");
    }
    this.comm = comm;
    this.stream = comm.defaultStream();
    this.part = count / comm.worldSize();
    Device device = comm.device();
    this.weights = device.allocate(DataType.FLOAT32, count);
    this.gradients = device.allocate(DataType.FLOAT32, count);
    this.ownGradient = device.allocate(DataType.FLOAT32, part);
    this.velocity = device.allocate(DataType.FLOAT32, part);
    weights.copyFrom(new float[count]);
    velocity.copyFrom(new float[part]);
  }

  /** One step with this rank's gradient; returns the new weights. */
  public float[] step(float[] gradient) {
    float[] all = new float[Math.toIntExact(weights.count())];
    stream.run(
        Work.named("backward").writes(gradients).takes(200),
        memory -> memory.floats(gradients).put(gradient));
    comm.reduceScatter(gradients, ownGradient, ReduceOp.AVG);
    DeviceBuffer own = weights.slice((long) comm.rank() * part, part);
    update(own);
    comm.allGather(own, weights);
    stream.run(Work.named("read").reads(weights), memory -> memory.floats(weights).get(all));
    stream.synchronize();
    return all;
  }

  private void update(DeviceBuffer own) {
    stream.run(
        Work.named("update").reads(ownGradient).writes(own, velocity).takes(20),
        memory -> {
          FloatBuffer slope = memory.floats(ownGradient);
          FloatBuffer speed = memory.floats(velocity);
          FloatBuffer values = memory.floats(own);
          for (int i = 0; i < part; i++) {
            speed.put(i, MOMENTUM * speed.get(i) + slope.get(i));
            values.put(i, values.get(i) - LEARNING_RATE * speed.get(i));
          }
        });
  }

  @Override
  public void close() {
    velocity.close();
    ownGradient.close();
    gradients.close();
    weights.close();
  }
}
