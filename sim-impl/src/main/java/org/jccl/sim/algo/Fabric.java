package org.jccl.sim.algo;

import org.jccl.sim.machine.GpuProfile;
import org.jccl.sim.machine.GpuProfile.Cpu;

/**
 * One host's links, as far as the search for rings and trees counts them: what is left of each
 * while channels are laid over them.
 */
final class Fabric {
  private static final int HOPPER = 90;

  /**
   * A way from one device to another.
   *
   * @param links the links it takes
   * @param hops how many NCCL would count
   * @param type the farthest link
   * @param taxed whether an Intel CPU is in between, which costs a fifth
   */
  record Path(int[] links, int hops, LinkType type, boolean taxed) {}

  private final GpuProfile profile;
  private final int gpus;
  private final int cards;
  private final float[] left;
  private final Path[][] toGpu;
  private final Path[][] toCard;
  private final Path[][] fromCard;

  /**
   * The part of a host that a communicator sees.
   *
   * @param gpus how many of its GPUs
   * @param networked whether there are other hosts
   */
  Fabric(GpuProfile profile, int gpus, boolean networked) {
    this.profile = profile;
    this.gpus = gpus;
    this.cards = networked ? Math.min(profile.cardsPerHost(), gpus) : 0;
    left = new float[4 * gpus + 4 * cards];
    for (int g = 0; g < gpus; g++) {
      left[switchUp(g)] = left[switchDown(g)] = profile.switchGigabytes();
      left[pciUp(g)] = left[pciDown(g)] = profile.pciGigabytes();
    }
    for (int c = 0; c < cards; c++) {
      left[slotUp(c)] = left[slotUp(c) + 1] = profile.pciGigabytes();
      left[wireUp(c)] = left[wireUp(c) + 1] = profile.cardGigabytes();
    }
    toGpu = new Path[gpus][gpus];
    toCard = new Path[gpus][cards];
    fromCard = new Path[cards][gpus];
    for (int from = 0; from < gpus; from++) {
      for (int to = 0; to < gpus; to++) {
        toGpu[from][to] = between(from, to);
      }
      for (int card = 0; card < cards; card++) {
        toCard[from][card] = outward(from, card);
        fromCard[card][from] = inward(card, from);
      }
    }
  }

  private int switchUp(int gpu) {
    return gpu;
  }

  private int switchDown(int gpu) {
    return gpus + gpu;
  }

  private int pciUp(int gpu) {
    return 2 * gpus + gpu;
  }

  private int pciDown(int gpu) {
    return 3 * gpus + gpu;
  }

  private int slotUp(int card) {
    return 4 * gpus + 4 * card;
  }

  private int wireUp(int card) {
    return slotUp(card) + 2;
  }

  private boolean isTaxed() {
    return profile.cpu() == Cpu.INTEL;
  }

  private Path between(int from, int to) {
    if (profile.hasSwitch()) {
      return new Path(new int[] {switchUp(from), switchDown(to)}, 2, LinkType.NVLINK, false);
    }
    return new Path(new int[] {pciUp(from), pciDown(to)}, 2, LinkType.HOST_BRIDGE, isTaxed());
  }

  private Path outward(int gpu, int card) {
    int near = localGpu(card);
    if (localCard(gpu) == card) {
      int[] links = {pciUp(gpu), slotUp(card), wireUp(card)};
      return new Path(links, 3, LinkType.PCI_SWITCH, false);
    }
    if (profile.hasSwitch()) {
      int[] links = {switchUp(gpu), switchDown(near), pciUp(near), slotUp(card), wireUp(card)};
      return new Path(links, 5, LinkType.OTHER_GPUS_CARD, false);
    }
    int[] links = {pciUp(gpu), slotUp(card), wireUp(card)};
    return new Path(links, 5, LinkType.HOST_BRIDGE, isTaxed());
  }

  private Path inward(int card, int gpu) {
    int[] links = {wireUp(card) + 1, slotUp(card) + 1, pciDown(gpu)};
    boolean near = localCard(gpu) == card;
    return new Path(links, near ? 3 : 5, near ? LinkType.PCI_SWITCH : LinkType.HOST_BRIDGE, false);
  }

  int gpus() {
    return gpus;
  }

  int cards() {
    return cards;
  }

  GpuProfile profile() {
    return profile;
  }

  /** The card beside a GPU. */
  int localCard(int gpu) {
    return gpu * cards / gpus;
  }

  /** The first GPU beside a card. */
  int localGpu(int card) {
    return (card * gpus + cards - 1) / cards;
  }

  Path toGpu(int from, int to) {
    return toGpu[from][to];
  }

  Path toCard(int from, int card) {
    return toCard[from][card];
  }

  Path fromCard(int card, int to) {
    return fromCard[card][to];
  }

  /** The fastest path that the search may use, GB/s. */
  float fastest() {
    if (cards > 0) {
      return Math.min(profile.pciGigabytes(), profile.cardGigabytes());
    }
    return total();
  }

  /** What leaves a GPU over its fastest kind of link, GB/s. */
  float total() {
    return Math.max(profile.pciGigabytes(), profile.switchGigabytes());
  }

  /** The farthest link towards the network, or between GPUs if there is none. */
  LinkType farthest() {
    if (cards > 0 && profile.computeCapability() < HOPPER) {
      return LinkType.SYSTEM; // balanced trees may have to come back through the CPU
    }
    LinkType farthest = nearest();
    for (int gpu = 0; gpu < gpus; gpu++) {
      for (int card = 0; card < cards; card++) {
        LinkType type = toCard[gpu][card].type;
        farthest = farthest.isWithin(type) ? type : farthest;
      }
    }
    return farthest;
  }

  /** The nearest link between GPUs. */
  LinkType nearest() {
    return gpus == 1 ? LinkType.LOCAL : toGpu[0][1].type;
  }

  /** Takes {@code gigabytes} from every link of a path; false, and nothing taken, if one lacks. */
  boolean take(Path path, float gigabytes) {
    float share = path.taxed ? gigabytes * 6 / 5 : gigabytes;
    int[] links = path.links;
    for (int i = 0; i < links.length; i++) {
      if (left[links[i]] < share) {
        while (--i >= 0) {
          change(links[i], -share);
        }
        return false;
      }
      change(links[i], share);
    }
    return true;
  }

  /** Gives back what {@link #take} took. */
  void giveBack(Path path, float gigabytes) {
    float share = path.taxed ? gigabytes * 6 / 5 : gigabytes;
    for (int link : path.links) {
      change(link, -share);
    }
  }

  /** NCCL rounds to thousandths, so that what was taken comes back exactly. */
  private void change(int link, float gigabytes) {
    left[link] = (float) Math.floor((left[link] - gigabytes) * 1000 + 0.5f) / 1000;
  }
}
