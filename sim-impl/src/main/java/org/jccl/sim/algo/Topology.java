package org.jccl.sim.algo;

import java.util.List;

/**
 * One communicator's rings, trees and channels, as NCCL's search finds them on a machine. A fact
 * that can also be written down by hand, for instance from NCCL's log. Immutable.
 *
 * @param worldSize how many ranks
 * @param hosts how many hosts they are on
 * @param rings the ranks of each channel's ring, rank 0 first; as many as there are channels
 * @param trees each channel's tree
 * @param ring what the search for rings found
 * @param tree what the search for trees found
 */
public record Topology(
    int worldSize,
    int hosts,
    List<int[]> rings,
    List<Tree> trees,
    TopologyGraph ring,
    TopologyGraph tree) {
  /** Copies the lists. */
  public Topology {
    rings = List.copyOf(rings);
    trees = List.copyOf(trees);
    if (rings.size() != trees.size() || rings.isEmpty()) {
      throw new IllegalArgumentException(
          rings.size() + " rings and " + trees.size() + " trees, expected one of each a channel");
    }
  }

  /** How many channels the communicator has. */
  public int channels() {
    return rings.size();
  }
}
