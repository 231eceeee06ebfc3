package org.jccl.sim.algo;

import java.util.Arrays;
import org.jccl.sim.algo.Fabric.Path;

/**
 * One pass of the search: lays channel after channel of one bandwidth over the host's links, by
 * trying and taking back, and keeps the best set that it has seen (TOPO-01, TOPO-02).
 */
final class ChannelSearch {
  /** What {@link #time} becomes when nothing better is possible. */
  static final int PERFECT = -1;

  private static final int PCI_ORDER_TIME = 1 << 10;

  /** Which GPU comes next. */
  private enum Order {
    /** As it looks best. */
    FREE,
    /** In the order of the PCI bus. */
    PCI,
    /** As in the last channel. */
    REPLAY
  }

  private final Fabric fabric;
  private final Candidate now;
  private final Candidate best;
  private final int gpus;
  private final long[] used;
  private final float[] cardLeft;
  private int time;

  /**
   * A search on a host.
   *
   * @param now what is tried
   * @param best what has been found so far
   */
  ChannelSearch(Fabric fabric, Candidate now, Candidate best) {
    this.fabric = fabric;
    this.now = now;
    this.best = best;
    gpus = fabric.gpus();
    used = new long[gpus];
    cardLeft = new float[fabric.cards()];
    for (int card = 0; card < cardLeft.length; card++) {
      cardLeft[card] = fabric.profile().cardGigabytes();
    }
  }

  /** Searches for so many steps; how many are left, or {@link #PERFECT}. */
  int run(int steps) {
    time = steps;
    now.channels = 0;
    nextChannel();
    return time;
  }

  private boolean isNetworked() {
    return fabric.cards() > 0;
  }

  private int stepOfReturn() {
    if (!isNetworked()) {
      return -1;
    }
    return switch (now.pattern) {
      case RING -> gpus - 1;
      case SPLIT_TREE -> 1;
      default -> 0;
    };
  }

  private int stepOfClosing() {
    return !isNetworked() && now.pattern == SearchPattern.RING ? gpus - 1 : -1;
  }

  private void nextChannel() {
    if (isNetworked()) {
      nextChannelFromCards();
      return;
    }
    if (now.channels == 0) {
      start(0, Order.PCI);
    } else {
      start(now.gpus[now.channels - 1][0], Order.REPLAY);
    }
    if (!now.same || now.channels == 0) {
      for (int gpu = 0; gpu < gpus; gpu++) {
        start(gpu, Order.FREE);
      }
    }
  }

  private void start(int gpu, Order order) {
    enter(gpu, 0, stepOfReturn(), stepOfClosing(), order);
  }

  private void enter(int gpu, int step, int returning, int closing, Order order) {
    long flag = 1L << now.channels;
    used[gpu] ^= flag;
    visit(gpu, step, returning, closing, order);
    used[gpu] ^= flag;
  }

  private void nextChannelFromCards() {
    float share = (int) now.inter;
    int cards = fabric.cards();
    for (int i = 0; i < cards; i++) {
      int card = (now.channels + i) % cards;
      boolean crosses = now.pattern == SearchPattern.RING && now.crossCards == 2;
      boolean isTwin = crosses && (now.channels & 1) == 1;
      if (cardLeft[card] < share || (isTwin && card != now.cards[now.channels - 1][1])) {
        continue;
      }
      now.cards[now.channels][0] = card;
      now.micros = fabric.profile().cardMicros();
      cardLeft[card] -= share;
      startAt(card);
      cardLeft[card] += share;
    }
  }

  private void startAt(int card) {
    if (now.channels > 0 && now.same) {
      startFrom(card, now.gpus[now.channels - 1][0], Order.REPLAY);
      return;
    }
    if (now.channels == 0 && !fabric.profile().hasSwitch()) {
      int kept = time;
      time = PCI_ORDER_TIME;
      startFrom(card, 0, Order.PCI);
      time = time == PERFECT ? PERFECT : kept;
    }
    int local = fabric.localGpu(card);
    for (int gpu = local; gpu < gpus && fabric.localCard(gpu) == card; gpu++) {
      startFrom(card, gpu, Order.FREE);
    }
  }

  private void startFrom(int card, int gpu, Order order) {
    Path path = fabric.fromCard(card, gpu);
    boolean near = path.type().isWithin(now.interType);
    boolean bothNear =
        now.pattern == SearchPattern.RING
            || fabric.toCard(gpu, card).type().isWithin(now.interType);
    if (near && bothNear && fabric.take(path, now.inter)) {
      now.hops += path.hops();
      start(gpu, order);
      now.hops -= path.hops();
      fabric.giveBack(path, now.inter);
    }
  }

  private void visit(int gpu, int step, int returning, int closing, Order order) {
    if (time <= 0) {
      return;
    }
    time--;
    if (step == gpus) {
      complete();
      return;
    }
    now.gpus[now.channels][step] = gpu;
    if (step == returning) {
      leave(gpu, step, closing, order);
    } else if (step < gpus - 1) {
      int[] next =
          switch (order) {
            case PCI -> new int[] {step + 1};
            case REPLAY -> new int[] {now.gpus[now.channels - 1][step + 1]};
            case FREE -> candidates(gpu, step, returning);
          };
      for (int each : next) {
        move(gpu, each, step + 1, returning, closing, order);
      }
    } else if (step == closing) {
      close(gpu, step, returning, order);
    } else {
      visit(gpu, gpus, -1, -1, order);
    }
  }

  private void complete() {
    now.channels++;
    if (isBetter()) {
      best.set(now);
      if (now.channels == now.most) {
        time = PERFECT;
      }
    }
    if (now.channels < now.most) {
      nextChannel();
    }
    now.channels--;
  }

  private boolean isBetter() {
    if (now.channels < now.least) {
      return false;
    }
    float mine = now.channels * now.intra;
    float other = best.channels * best.intra;
    if (mine != other) {
      return mine > other;
    }
    return now.pattern == best.pattern && now.crossCards == best.crossCards && now.hops < best.hops;
  }

  private boolean take(Path path, float gigabytes) {
    if (!path.type().isWithin(now.intraType) || !fabric.take(path, gigabytes)) {
      return false;
    }
    now.hops += path.hops();
    return true;
  }

  private void giveBack(Path path, float gigabytes) {
    fabric.giveBack(path, gigabytes);
    now.hops -= path.hops();
  }

  private void move(int from, int to, int step, int returning, int closing, Order order) {
    Path path = fabric.toGpu(from, to);
    if (take(path, now.intra)) {
      enter(to, step, returning, closing, order);
      giveBack(path, now.intra);
    }
  }

  private void close(int gpu, int step, int returning, Order order) {
    int first = now.gpus[now.channels][0];
    Path path = fabric.toGpu(gpu, first);
    if (take(path, now.intra)) {
      visit(first, step + 1, returning, -1, order);
      giveBack(path, now.intra);
    }
  }

  private void leave(int gpu, int step, int closing, Order order) {
    boolean halves = now.pattern == SearchPattern.BALANCED_TREE;
    float share = halves ? now.inter / 2 : now.inter;
    for (int card : exits(gpu, step)) {
      Path path = fabric.toCard(gpu, card);
      boolean both =
          now.pattern == SearchPattern.RING
              || fabric.fromCard(card, gpu).type().isWithin(now.interType);
      if (both && path.type().isWithin(now.interType) && fabric.take(path, share)) {
        now.hops += path.hops();
        now.cards[now.channels][1] = card;
        visit(gpu, step, halves && step == 0 ? 1 : -1, closing, order);
        now.hops -= path.hops();
        fabric.giveBack(path, share);
      }
    }
  }

  /** The cards by which a channel may leave: the GPU's own first, then those near enough. */
  private int[] exits(int gpu, int step) {
    int cards = fabric.cards();
    int[] found = new int[cards];
    int count = 0;
    int own = fabric.localCard(gpu);
    for (int i = 0; i < cards; i++) {
      int card = i == 0 ? own : i <= own ? i - 1 : i;
      if (mayLeave(card, step)) {
        found[count++] = card;
      }
    }
    return Arrays.copyOf(found, count);
  }

  private boolean mayLeave(int card, int step) {
    int[] taken = now.cards[now.channels];
    boolean returns = card == taken[0];
    if (now.pattern == SearchPattern.TREE && !returns) {
      return false;
    }
    if (now.pattern == SearchPattern.RING && now.crossCards == 2) {
      if ((now.channels & 1) == 1 && card != now.cards[now.channels - 1][0]) {
        return false;
      }
    } else if (now.crossCards == 0 && !returns) {
      return false;
    }
    return now.pattern != SearchPattern.BALANCED_TREE || step == 0 || card == taken[1];
  }

  /** The GPUs to try next, the most promising first. */
  private int[] candidates(int gpu, int step, int returning) {
    long flag = 1L << now.channels;
    if (fabric.profile().hasSwitch()) {
      return neighbours(gpu, flag);
    }
    int[] free = new int[gpus];
    int count = 0;
    for (int i = 1; i < gpus; i++) {
      int each = (gpu + i) % gpus;
      if ((used[each] & flag) == 0) {
        free[count++] = each;
      }
    }
    return far(Arrays.copyOf(free, count), step, returning);
  }

  /** Without a switch all GPUs are equally far; only the way to the network tells them apart. */
  private int[] far(int[] free, int step, int returning) {
    int count = free.length;
    int[] order = new int[count];
    if (returning == -1 || step + 1 != returning) {
      boolean reversed = returning != -1;
      for (int i = 0; i < count; i++) {
        order[i] = free[reversed ? count - 1 - i : i];
      }
      return order;
    }
    int card = now.cards[now.channels][0];
    int next = 0;
    for (int near = 1; near >= 0; near--) {
      for (int each : free) {
        if ((fabric.localCard(each) == card) == (near == 1)) {
          order[next++] = each;
        }
      }
    }
    return order;
  }

  /** An NVSwitch prefers few peers: only neighbours are tried (TOPO-02). */
  private int[] neighbours(int gpu, long flag) {
    int before = (gpu - 1 + gpus) % gpus;
    int after = (gpu + 1) % gpus;
    int[] wanted =
        switch (now.pattern) {
          case RING -> new int[] {before, after};
          case SPLIT_TREE, BALANCED_TREE -> new int[] {after, before};
          default -> new int[] {after};
        };
    int[] found = new int[2];
    int count = 0;
    for (int i = before == after ? wanted.length - 1 : 0; i < wanted.length; i++) {
      if ((used[wanted[i]] & flag) == 0) {
        found[count++] = wanted[i];
      }
    }
    return Arrays.copyOf(found, count);
  }
}
