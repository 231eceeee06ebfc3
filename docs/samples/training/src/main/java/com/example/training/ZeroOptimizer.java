package com.example.training;

import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;

/**
 * ZeRO stage 1: every rank holds all weights, and the optimizer's state of its own part alone.
 *
 * <p>A step averages the gradients by a reduce-scatter, so that each rank gets its part; updates
 * that part; and gathers the parts of all ranks.
 */
public final class ZeroOptimizer implements AutoCloseable {
  private static final float LEARNING_RATE = 0.1f;
  private static final float MOMENTUM = 0.9f;

  private final Communicator comm;
  private final int part;
  private final float[] velocity;
  private final DeviceBuffer weights;
  private final DeviceBuffer gradients;
  private final DeviceBuffer ownGradient;

  /** For {@code count} weights, a multiple of the number of ranks; all of them begin at 0. */
  public ZeroOptimizer(Communicator comm, int count) {
    if (count % comm.worldSize() != 0) {
      throw new IllegalArgumentException(count + " weights for " + comm.worldSize() + " ranks");
    }
    this.comm = comm;
    this.part = count / comm.worldSize();
    this.velocity = new float[part];
    Device device = comm.device();
    this.weights = device.allocate(DataType.FLOAT32, count);
    this.gradients = device.allocate(DataType.FLOAT32, count);
    this.ownGradient = device.allocate(DataType.FLOAT32, part);
    weights.copyFrom(new float[count]);
  }

  /** One step with this rank's gradient; returns the new weights. */
  public float[] step(float[] gradient) {
    gradients.copyFrom(gradient);
    comm.reduceScatter(gradients, ownGradient, ReduceOp.AVG);
    comm.defaultStream().synchronize();

    float[] slope = new float[part];
    ownGradient.copyTo(slope);
    DeviceBuffer own = weights.slice((long) comm.rank() * part, part);
    float[] values = new float[part];
    own.copyTo(values);
    for (int i = 0; i < part; i++) {
      velocity[i] = MOMENTUM * velocity[i] + slope[i];
      values[i] -= LEARNING_RATE * velocity[i];
    }
    own.copyFrom(values);

    comm.allGather(own, weights);
    comm.defaultStream().synchronize();
    float[] all = new float[Math.toIntExact(weights.count())];
    weights.copyTo(all);
    return all;
  }

  @Override
  public void close() {
    ownGradient.close();
    gradients.close();
    weights.close();
  }
}
