package com.example.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.jccl.Communicator;
import org.jccl.test.RankTest;

class TrainingTest {
  @RankTest(ranks = {1, 2, 4})
  void zero_givesWhatOneRankGives(Communicator comm) {
    int count = 8;
    float[] weights = new float[count];
    float[] velocity = new float[count];
    try (ZeroOptimizer optimizer = new ZeroOptimizer(comm, count)) {
      for (int step = 1; step <= 3; step++) {
        // Rank r's gradient of weight i is (i + 1) * (r + 1): small integers, so that sums are exact.
        float[] gradient = new float[count];
        float mean = (comm.worldSize() + 1) / 2f;
        for (int i = 0; i < count; i++) {
          gradient[i] = (i + 1) * (comm.rank() + 1);
          velocity[i] = 0.9f * velocity[i] + (i + 1) * mean;
          weights[i] -= 0.1f * velocity[i];
        }
        assertArrayEquals(weights, optimizer.step(gradient), "weights after step " + step);
      }
    }
  }

  @RankTest(ranks = {1, 2, 4})
  void pipeline_runsAllBatchesForwardsAndBackwards(Communicator comm) {
    float[] batches = {1, 2, 3, 4, 5, 6};
    float product = 1;
    float after = 1;
    for (int stage = 0; stage < comm.worldSize(); stage++) {
      product *= stage + 2;
      after *= stage > comm.rank() ? stage + 2 : 1;
    }
    boolean last = comm.rank() == comm.worldSize() - 1;
    try (Pipeline pipeline = new Pipeline(comm)) {
      assertEquals(last ? 21 * product : batches.length * after, pipeline.run(batches));
    }
  }

  @RankTest(ranks = {2, 3})
  void overlappedLayers_areSummedOverTheRanks(Communicator comm) {
    float[][] layers = new float[5][4];
    float[][] expected = new float[5][4];
    for (int layer = 0; layer < layers.length; layer++) {
      for (int i = 0; i < layers[layer].length; i++) {
        layers[layer][i] = (layer + 1) * 10 + i + comm.rank();
        int ranks = comm.worldSize();
        expected[layer][i] = 3 * (ranks * ((layer + 1) * 10 + i) + ranks * (ranks - 1) / 2);
      }
    }
    try (OverlappedLayers overlapped = new OverlappedLayers(comm, 4)) {
      assertArrayEquals(expected, overlapped.run(layers, 3));
    }
  }
}
