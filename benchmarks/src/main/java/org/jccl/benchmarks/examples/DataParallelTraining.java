package org.jccl.benchmarks.examples;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;

/**
 * Data-parallel training: every rank has its own samples and a copy of the model; after each step
 * the gradients are averaged by an all-reduce, so the copies stay equal.
 *
 * <p>The model is a line in {@value #FEATURES} dimensions, fitted by gradient descent. The program
 * fails if it does not learn the weights that made the samples, or if the ranks' weights ever
 * differ.
 */
public final class DataParallelTraining implements RankProgram {
  private static final int FEATURES = 16;
  private static final int SAMPLES_PER_RANK = 64;
  private static final int STEPS = 600;
  private static final float LEARNING_RATE = 0.1f;

  /** Started by {@code ./jccl run}. */
  public DataParallelTraining() {}

  @Override
  public void run(Rank rank) {
    Communicator comm = rank.communicator();
    float[][] samples = samples(rank.rank());
    try (DeviceBuffer weights = rank.device().allocate(DataType.FLOAT32, FEATURES);
        DeviceBuffer gradient = rank.device().allocate(DataType.FLOAT32, FEATURES)) {
      weights.copyFrom(new float[FEATURES]);
      comm.broadcast(weights, 0); // all copies of the model start from rank 0's
      comm.defaultStream().synchronize();
      float[] model = new float[FEATURES];
      weights.copyTo(model);
      float[] slope = new float[FEATURES];
      for (int step = 0; step < STEPS; step++) {
        gradientOf(samples, model, slope);
        gradient.copyFrom(slope);
        comm.allReduce(gradient, ReduceOp.AVG);
        comm.defaultStream().synchronize();
        gradient.copyTo(slope);
        for (int i = 0; i < FEATURES; i++) {
          model[i] -= LEARNING_RATE * slope[i];
        }
      }
      weights.copyFrom(model);
      requireEqualEverywhere(rank, weights);
      float error = largestError(model);
      if (!(error < 1e-3f)) {
        throw new IllegalStateException("not learnt: a weight is off by " + error);
      }
      if (rank.rank() == 0) {
        System.out.printf(
            "data parallel: %d ranks, %d steps, largest error of a weight %.2e%n",
            rank.worldSize(), STEPS, error);
      }
    }
  }

  /** All ranks hold the same bits: the smallest and the largest of each weight are equal. */
  private static void requireEqualEverywhere(Rank rank, DeviceBuffer weights) {
    Communicator comm = rank.communicator();
    try (DeviceBuffer low = rank.device().allocate(DataType.FLOAT32, FEATURES);
        DeviceBuffer high = rank.device().allocate(DataType.FLOAT32, FEATURES)) {
      comm.group(
          group -> {
            group.allReduce(weights, low, ReduceOp.MIN);
            group.allReduce(weights, high, ReduceOp.MAX);
          });
      comm.defaultStream().synchronize();
      float[] smallest = new float[FEATURES];
      float[] largest = new float[FEATURES];
      low.copyTo(smallest);
      high.copyTo(largest);
      if (!Arrays.equals(smallest, largest)) {
        throw new IllegalStateException("the ranks' models differ");
      }
    }
  }

  /** Features and, last, the value that {@link #trueWeight} gives for them. */
  private static float[][] samples(int rank) {
    SplittableRandom random = new SplittableRandom(1000 + rank);
    float[][] samples = new float[SAMPLES_PER_RANK][FEATURES + 1];
    for (float[] sample : samples) {
      for (int i = 0; i < FEATURES; i++) {
        sample[i] = (float) random.nextDouble(-1, 1);
        sample[FEATURES] += trueWeight(i) * sample[i];
      }
    }
    return samples;
  }

  private static float trueWeight(int i) {
    return (i % 5) - 2 + 0.25f * i;
  }

  private static void gradientOf(float[][] samples, float[] model, float[] gradient) {
    Arrays.fill(gradient, 0);
    for (float[] sample : samples) {
      float error = -sample[FEATURES];
      for (int i = 0; i < FEATURES; i++) {
        error += model[i] * sample[i];
      }
      for (int i = 0; i < FEATURES; i++) {
        gradient[i] += 2 * error * sample[i] / SAMPLES_PER_RANK;
      }
    }
  }

  private static float largestError(float[] model) {
    float largest = 0;
    for (int i = 0; i < FEATURES; i++) {
      largest = Math.max(largest, Math.abs(model[i] - trueWeight(i)));
    }
    return largest;
  }
}
