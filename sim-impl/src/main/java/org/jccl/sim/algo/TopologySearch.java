package org.jccl.sim.algo;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jccl.sim.machine.GpuProfile;
import org.jspecify.annotations.Nullable;

/**
 * Finds rings, trees and channels of communicators on one kind of machine, as NCCL's search would
 * (TOPO-01 to TOPO-06). Safe for use by many threads.
 */
public final class TopologySearch {
  private static final int HOPPER = 90;
  private static final int FEW_CHANNELS = 16;
  private static final float FAST_RING = 45;

  /** What was found for machines; a search is a pure function, and costs some milliseconds. */
  private static final Map<Local, Found> FOUND = new ConcurrentHashMap<>();

  private final GpuProfile profile;
  private final int version;

  /** What a host's search depends on. */
  private record Local(GpuProfile profile, int version, int gpus, boolean networked) {}

  /** What it finds. */
  private record Found(Candidate ring, Candidate tree) {}

  /** One host of a communicator: its ranks, ascending. */
  private record Host(int[] ranks, Found found) {
    int[] ring(int channel) {
      return placed(found.ring.gpus[channel]);
    }

    int[] chain(int channel) {
      return placed(found.tree.gpus[channel]);
    }

    private int[] placed(int[] gpus) {
      int[] placed = new int[gpus.length];
      Arrays.setAll(placed, i -> ranks[gpus[i]]);
      return placed;
    }
  }

  /**
   * A search.
   *
   * @param version code of the NCCL that is imitated, for example 22809
   */
  public TopologySearch(GpuProfile profile, int version) {
    this.profile = profile;
    this.version = version;
  }

  /** The machine. */
  public GpuProfile profile() {
    return profile;
  }

  /** Version code of the NCCL that is imitated. */
  public int version() {
    return version;
  }

  /** Of ranks that are on devices 0, 1, 2 and so on. */
  public Topology find(int worldSize, ChannelLimits limits) {
    int[] devices = new int[worldSize];
    Arrays.setAll(devices, rank -> rank);
    return find(devices, limits);
  }

  /**
   * Of ranks that are anywhere.
   *
   * @param devices each rank's device; the first host has devices 0 to {@code gpusPerHost} - 1
   * @throws IllegalArgumentException if they are on several hosts without network cards
   */
  public Topology find(int[] devices, ChannelLimits limits) {
    List<Host> hosts = hosts(devices);
    int n = devices.length;
    if (n == 1) {
      TopologyGraph alone = new TopologyGraph(1, 0, 0, 0, true);
      return new Topology(1, 1, List.of(new int[] {0}), List.of(Tree.chain(0)), alone, alone);
    }
    TopologyGraph ring = hosts.getFirst().found.ring.graph();
    TopologyGraph tree = hosts.getFirst().found.tree.graph();
    for (Found each : hosts.stream().map(Host::found).distinct().toList()) {
      ring = ring.common(each.ring.graph());
      tree = tree.common(each.tree.graph());
    }
    int searched = Math.min(ring.channels(), tree.channels());
    int all = Math.min(2 * searched, ChannelLimits.ALL);
    if (profile.computeCapability() >= HOPPER
        && hosts.size() > 1
        && ring.intraGigabytes() > FAST_RING
        && all < FEW_CHANNELS) {
      all *= 2; // TOPO-05
    }
    List<int[]> rings = rings(hosts, n, searched);
    List<Tree> trees = trees(hosts, tree.pattern(), searched);
    int total = limits.total(all);
    int kept = limits.kept(all);
    return new Topology(
        n,
        hosts.size(),
        repeated(rings, kept, total),
        repeated(trees, kept, total),
        ring.withChannels(searched),
        tree.withChannels(searched));
  }

  /**
   * What NCCL's search finds for the switch's multicast, or null without it. NVLS needs it on one
   * host, NVLSTree on several.
   */
  public @Nullable TopologyGraph multicast(int worldSize, int hosts) {
    int gpus = worldSize / hosts;
    if (!profile.multicast() || gpus < 2) {
      return null;
    }
    float[] speeds = Speeds.of(profile.computeCapability(), version, hosts > 1);
    int heads = hosts > 1 ? Math.min(gpus, profile.cardsPerHost()) : gpus;
    float card = Math.min(profile.pciGigabytes(), profile.cardGigabytes());
    int index = 0;
    while (index < speeds.length - 1
        && (speeds[index] * (heads + 1) > profile.switchGigabytes()
            || (hosts > 1 && speeds[index] > card))) {
      index++;
    }
    float intra = speeds[index];
    while (index > 0 && speeds[index] < intra * 2 && (hosts == 1 || speeds[index - 1] <= card)) {
      index--;
    }
    return new TopologyGraph(
        heads,
        intra,
        speeds[index],
        profile.cardMicros(),
        false,
        SearchPattern.NVLS,
        LinkType.NVLINK,
        LinkType.PCI_SWITCH);
  }

  /**
   * Hosts are numbered by their lowest rank. Inside a host NCCL knows the GPUs in the order of
   * ranks, whichever devices they are: it puts the topology together rank by rank (TOPO-01).
   */
  private List<Host> hosts(int[] devices) {
    Map<Integer, List<Integer>> ranks = new LinkedHashMap<>();
    for (int rank = 0; rank < devices.length; rank++) {
      int host = profile.hostOf(devices[rank]);
      ranks.computeIfAbsent(host, none -> new ArrayList<>(profile.gpusPerHost())).add(rank);
    }
    boolean networked = ranks.size() > 1;
    if (networked && profile.cardsPerHost() == 0) {
      throw new IllegalArgumentException(
          "%d ranks need %d hosts of profile '%s', but its cardsPerHost is 0: give it network cards"
              .formatted(devices.length, ranks.size(), profile.name()));
    }
    List<Host> hosts = new ArrayList<>(ranks.size());
    for (List<Integer> each : ranks.values()) {
      int[] own = each.stream().mapToInt(Integer::intValue).toArray();
      hosts.add(new Host(own, search(new Local(profile, version, own.length, networked))));
    }
    return hosts;
  }

  private static Found search(Local local) {
    return FOUND.computeIfAbsent(
        local,
        key -> {
          Fabric fabric = new Fabric(key.profile, key.gpus, key.networked);
          int most = ChannelLimits.ALL / 2;
          Candidate ring = GraphSearch.find(fabric, key.version, SearchPattern.RING, 1, most);
          Candidate tree =
              GraphSearch.find(
                  fabric, key.version, SearchPattern.BALANCED_TREE, ring.channels, ring.channels);
          return new Found(ring, tree);
        });
  }

  /** Channels with the same ring share one array. */
  private static List<int[]> rings(List<Host> hosts, int n, int channels) {
    List<int[]> rings = new ArrayList<>(2 * channels);
    for (int channel = 0; channel < channels; channel++) {
      int[] ring = ring(hosts, n, channel, channels);
      int same = 0;
      while (same < rings.size() && !Arrays.equals(rings.get(same), ring)) {
        same++;
      }
      rings.add(same < rings.size() ? rings.get(same) : ring);
    }
    rings.addAll(List.copyOf(rings));
    return rings;
  }

  /** Host after host; rank 0, which is on the first, comes first. */
  private static int[] ring(List<Host> hosts, int n, int channel, int channels) {
    int[] ring = new int[n];
    int place = 0;
    int start = 0;
    for (int i = 0; i < hosts.size(); i++) {
      Host host = hosts.get(i);
      boolean swaps = host.found.ring.crossCards == 2 && channels % 2 == 0 && i % 2 == 1;
      for (int rank : host.ring(swaps ? channel ^ 1 : channel)) {
        start = rank == 0 ? place : start;
        ring[place++] = rank;
      }
    }
    int[] rotated = new int[n];
    System.arraycopy(ring, start, rotated, 0, n - start);
    System.arraycopy(ring, 0, rotated, n - start, start);
    return rotated;
  }

  /** The first half of the channels has the first tree, the second half the second (TREE-04). */
  private static List<Tree> trees(List<Host> hosts, SearchPattern pattern, int channels) {
    Map<IntBuffer, List<Tree>> known = new HashMap<>();
    List<List<Tree>> both = new ArrayList<>(channels);
    for (int channel = 0; channel < channels; channel++) {
      List<int[]> chains = new ArrayList<>(hosts.size());
      for (Host host : hosts) {
        chains.add(host.chain(channel));
      }
      IntBuffer key = joined(chains);
      both.add(known.computeIfAbsent(key, none -> across(chains, pattern)));
    }
    List<Tree> trees = new ArrayList<>(2 * channels);
    both.forEach(each -> trees.add(each.getFirst()));
    both.forEach(each -> trees.add(each.getLast()));
    return trees;
  }

  private static IntBuffer joined(List<int[]> chains) {
    IntBuffer all = IntBuffer.allocate(chains.stream().mapToInt(chain -> chain.length).sum());
    chains.forEach(all::put);
    return all.flip();
  }

  private static List<Tree> across(List<int[]> chains, SearchPattern pattern) {
    Trees.Pattern form =
        switch (pattern) {
          case BALANCED_TREE -> Trees.Pattern.BALANCED_TREE;
          case SPLIT_TREE -> Trees.Pattern.SPLIT_TREE;
          case TREE -> Trees.Pattern.TREE;
          case RING, NVLS -> throw new IllegalStateException(pattern + " is no tree");
        };
    return chains.size() > 1 ? Trees.across(chains, form) : List.of(Tree.chain(chains.getFirst()));
  }

  /** The first {@code kept}, again from the first up to {@code total}. */
  private static <T> List<T> repeated(List<T> searched, int kept, int total) {
    List<T> all = new ArrayList<>(total);
    for (int channel = 0; channel < kept; channel++) {
      all.add(searched.get(channel % searched.size()));
    }
    for (int channel = kept; channel < total; channel++) {
      all.add(all.get(channel - kept));
    }
    return all;
  }
}
