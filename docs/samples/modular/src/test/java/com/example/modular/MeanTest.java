package com.example.modular;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.jccl.Backend;
import org.jccl.Backends;
import org.jccl.Ranks;
import org.junit.jupiter.api.Test;

class MeanTest {
  @Test
  void everyRankHasTheMean() {
    try (Backend backend = Backends.load("sim")) {
      Ranks.run(backend, 4, rank -> assertArrayEquals(new float[] {1.5f, 15, 1}, Mean.of(rank)));
    }
  }
}
