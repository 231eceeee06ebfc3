package org.jccl.sim.algo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Communicators for tests. */
final class Topologies {
  private static final TopologyGraph GRAPH = new TopologyGraph(12, 30, 30, 0, true);

  private Topologies() {}

  /** One host, all rings and chains in rank order: an NVSwitch (TOPO-02). */
  static Topology inRankOrder(int ranks, int channels) {
    return of(1, channels, List.of(upwards(ranks)), List.of(Tree.chain(upwards(ranks))));
  }

  /** One host where every second channel runs backwards. */
  static Topology alternating(int ranks, int channels) {
    int[] up = upwards(ranks);
    int[] down = IntStream.range(0, ranks).map(i -> (ranks - i) % ranks).toArray();
    int[] shifted = IntStream.range(0, ranks).map(i -> (i + 1) % ranks).toArray();
    return of(1, channels, List.of(up, down), List.of(Tree.chain(up), Tree.chain(shifted)));
  }

  /** Hosts of equal size with rings in rank order and the double tree, half the channels each. */
  static Topology ofHosts(int hosts, int ranksPerHost, int channels, Trees.Pattern pattern) {
    List<int[]> chains = new ArrayList<>();
    for (int host = 0; host < hosts; host++) {
      int first = host * ranksPerHost;
      chains.add(IntStream.range(first, first + ranksPerHost).toArray());
    }
    List<Tree> two = Trees.across(chains, pattern);
    List<int[]> rings = new ArrayList<>();
    List<Tree> trees = new ArrayList<>();
    for (int channel = 0; channel < channels; channel++) {
      rings.add(upwards(hosts * ranksPerHost));
      trees.add(two.get(channel < channels / 2 ? 0 : 1));
    }
    return new Topology(hosts * ranksPerHost, hosts, rings, trees, GRAPH, GRAPH);
  }

  private static Topology of(int hosts, int channels, List<int[]> rings, List<Tree> trees) {
    return new Topology(
        rings.getFirst().length,
        hosts,
        IntStream.range(0, channels).mapToObj(c -> rings.get(c % rings.size())).toList(),
        IntStream.range(0, channels).mapToObj(c -> trees.get(c % trees.size())).toList(),
        GRAPH,
        GRAPH);
  }

  private static int[] upwards(int ranks) {
    return IntStream.range(0, ranks).toArray();
  }
}
