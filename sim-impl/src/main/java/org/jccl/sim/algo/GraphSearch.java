package org.jccl.sim.algo;

import java.util.Arrays;

/**
 * The search for one kind of graph inside a host: {@link ChannelSearch} again and again, with
 * different channels, other kinds of links and less bandwidth, until nothing better is to be
 * expected; then upwards again (TOPO-02, TOPO-03).
 */
final class GraphSearch {
  private static final int HOPPER = 90;
  private static final int ALL_STEPS = 1 << 19;
  private static final int STEPS = 1 << 14;
  private static final int STEPS_SAME = 1 << 8;
  private static final float HALF = .49f;

  private final Fabric fabric;
  private final float[] speeds;
  private final int capability;
  private final Candidate now;
  private final Candidate best;
  private final int crossCards;
  private final LinkType nearest;
  private final LinkType nearestCard = LinkType.PCI_SWITCH;
  private int speed;
  private int time;
  private long budget = ALL_STEPS;

  private GraphSearch(Fabric fabric, int version, SearchPattern pattern, int least, int most) {
    this.fabric = fabric;
    this.capability = fabric.profile().computeCapability();
    this.speeds = Speeds.of(capability, version, fabric.cards() > 0);
    SearchPattern simplest =
        pattern == SearchPattern.RING || fabric.gpus() > 1 ? pattern : SearchPattern.TREE;
    this.now = new Candidate(simplest, least, most, fabric);
    this.best = new Candidate(simplest, least, most, fabric);
    this.crossCards = fabric.cards() > 1 && simplest != SearchPattern.TREE ? 2 : 0;
    this.nearest = fabric.nearest();
  }

  /** The channels of {@code pattern} that NCCL would find on a host. */
  static Candidate find(Fabric fabric, int version, SearchPattern pattern, int least, int most) {
    GraphSearch search = new GraphSearch(fabric, version, pattern, least, most);
    search.downwards();
    search.best.duplicate(search.capability);
    search.upwards();
    search.fallBack();
    return search.best;
  }

  private void setSpeed(int index) {
    speed = index;
    now.intra = speeds[index];
    now.inter = speeds[index];
  }

  private int fastestIndex(float most) {
    int index = 0;
    while (index < speeds.length - 1 && speeds[index] > most) {
      index++;
    }
    return index;
  }

  /** One pass; whether it found as much as there can be. */
  private boolean search() {
    int steps = now.same ? STEPS_SAME : STEPS;
    budget -= steps;
    time = new ChannelSearch(fabric, now, best).run(steps);
    return time == ChannelSearch.PERFECT || best.channels * best.inter >= fabric.total();
  }

  private void downwards() {
    float total = fabric.total();
    if (fabric.gpus() > 1 && now.pattern != SearchPattern.RING) {
      total = (float) (total * (fabric.gpus() * 1.0 / (fabric.gpus() - 1)));
    }
    int index = 0;
    while (index < speeds.length - 1
        && (speeds[index] > fabric.fastest() || speeds[index] * now.least > total)) {
      index++;
    }
    setSpeed(index);
    while (!search()) {
      if (!relax()) {
        return;
      }
    }
  }

  /** Asks for less, one wish after the other; false when there is nothing left to give up. */
  private boolean relax() {
    if (now.same) {
      now.same = false;
      return true;
    }
    now.same = true;
    budget = time == ChannelSearch.PERFECT ? ALL_STEPS : budget + time;
    if (budget < 0 && best.channels > 0) {
      return false;
    }
    if (capability >= HOPPER && now.pattern == SearchPattern.BALANCED_TREE) {
      now.pattern = SearchPattern.TREE;
      return true;
    }
    now.pattern = best.pattern;
    return fartherLinks() || otherCards() || slower();
  }

  private boolean fartherLinks() {
    boolean networked = fabric.cards() > 0;
    LinkType farthest = networked ? now.interType : fabric.farthest();
    boolean none = best.channels == 0;
    if (now.intraType.compareTo(farthest) < 0
        && (none || now.intraType.compareTo(best.intraType) < 0)) {
      now.intraType = now.intraType.next();
      return true;
    }
    now.intraType = nearest;
    boolean nearer =
        none
            || now.interType.compareTo(best.interType) < 0
            || now.interType.compareTo(LinkType.OTHER_GPUS_CARD) < 0;
    if (networked && now.interType.compareTo(fabric.farthest()) < 0 && nearer) {
      now.interType = now.interType.next();
      return true;
    }
    now.interType = nearestCard;
    return false;
  }

  private boolean otherCards() {
    boolean may = best.pattern == SearchPattern.RING || best.pattern == SearchPattern.BALANCED_TREE;
    if (crossCards == 2 && now.crossCards == 0 && may) {
      now.crossCards = 2;
      return true;
    }
    now.crossCards = 0;
    return false;
  }

  private boolean slower() {
    if (speed < speeds.length - 1
        && (best.channels == 0 || speeds[speed + 1] / best.inter > HALF)) {
      setSpeed(speed + 1);
      return true;
    }
    return false;
  }

  /** With the channels that were found: whether each can be faster. */
  private void upwards() {
    now.set(best);
    setSpeed(fastestIndex(best.inter));
    now.least = best.channels;
    time = ChannelSearch.PERFECT;
    while (time != 0 && speed > 0) {
      if (best.pattern == SearchPattern.RING) {
        setSpeed(speed - 1);
      } else if (now.intra == best.intra && now.intra < now.inter * 2) {
        now.intra = speeds[--speed];
      } else {
        return;
      }
      search();
    }
  }

  private void fallBack() {
    if (best.channels == 0) {
      best.gpus[0] = new int[fabric.gpus()];
      Arrays.setAll(best.gpus[0], gpu -> gpu);
      best.intra = best.inter = 0.1f;
      best.intraType = best.interType = LinkType.SYSTEM;
      best.channels = 1;
    }
  }
}
