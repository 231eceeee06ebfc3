package org.jccl.benchmarks.profile;

import java.util.Map;
import org.jccl.DataType;
import org.jccl.sim.cost.CalibratedModel.Correction;
import org.jccl.sim.cost.CalibratedModel.Key;

/**
 * What was fitted to the measurements of one number of ranks and one type.
 *
 * @param ranks how many ranks ran
 * @param type what they moved
 * @param corrections of NCCL's model, for each operation, algorithm and protocol
 * @param otherwise for what was not measured
 */
public record Calibration(
    int ranks, DataType type, Map<Key, Correction> corrections, Correction otherwise) {
  /** With an immutable map. */
  public Calibration {
    corrections = Map.copyOf(corrections);
  }
}
