package org.jccl.sim.algo;

/** A set of channels while the search lays them. */
final class Candidate {
  static final int MOST_CHANNELS = 64;

  SearchPattern pattern;
  int least;
  int most;
  int channels;
  float intra;
  float inter;
  float micros;
  LinkType intraType;
  LinkType interType;
  boolean same = true;

  /** Whether a channel may leave by another card than it came in by: 0 or 2, as NCCL writes it. */
  int crossCards;

  int hops;

  /** The GPUs of each channel, in order. */
  int[][] gpus = new int[MOST_CHANNELS][];

  /** The card by which each channel comes in, and the one by which it leaves. */
  int[][] cards = new int[MOST_CHANNELS][2];

  Candidate(SearchPattern pattern, int least, int most, Fabric fabric) {
    this.pattern = pattern;
    this.least = least;
    this.most = most;
    intraType = fabric.nearest();
    interType = LinkType.PCI_SWITCH;
    for (int i = 0; i < most; i++) {
      gpus[i] = new int[fabric.gpus()];
    }
  }

  /** Becomes a copy of {@code other}. */
  void set(Candidate other) {
    pattern = other.pattern;
    least = other.least;
    most = other.most;
    channels = other.channels;
    intra = other.intra;
    inter = other.inter;
    micros = other.micros;
    intraType = other.intraType;
    interType = other.interType;
    same = other.same;
    crossCards = other.crossCards;
    hops = other.hops;
    for (int i = 0; i < channels; i++) {
      gpus[i] = other.gpus[i].clone();
      cards[i] = other.cards[i].clone();
    }
  }

  /** Gives channels that are fast enough to feed two a twin each (TOPO-03). */
  void duplicate(int capability) {
    boolean fast = intra >= 25 && !(capability > 80 && intra < 50 && channels > 4);
    if (channels == 0 || !fast) {
      return;
    }
    int all = Math.min(channels * 2, most);
    for (int i = channels; i < all; i++) {
      gpus[i] = gpus[i - channels].clone();
      cards[i] = cards[i - channels].clone();
    }
    int share = (all + channels - 1) / channels;
    intra /= share;
    inter /= share;
    channels = all;
  }

  TopologyGraph graph() {
    return new TopologyGraph(channels, intra, inter, micros, same, pattern, intraType, interType);
  }
}
