package org.jccl.sim.algo;

/**
 * What the search for rings or trees found, before channels are doubled at connection time: what
 * the tuning model is fed with.
 *
 * @param channels how many channels were found
 * @param intraGigabytes bandwidth of one channel inside a host, in GB/s
 * @param interGigabytes bandwidth of one channel between hosts, in GB/s
 * @param interMicros latency of the network that was found, in microseconds
 * @param sameChannels whether all channels are equal
 * @param pattern what was looked for
 * @param intraLink the farthest link used inside a host
 * @param interLink the farthest link used towards the network
 */
public record TopologyGraph(
    int channels,
    float intraGigabytes,
    float interGigabytes,
    float interMicros,
    boolean sameChannels,
    SearchPattern pattern,
    LinkType intraLink,
    LinkType interLink) {
  /** A graph behind an NVSwitch, with network cards beside the GPUs. */
  public TopologyGraph(
      int channels,
      float intraGigabytes,
      float interGigabytes,
      float interMicros,
      boolean sameChannels) {
    this(
        channels,
        intraGigabytes,
        interGigabytes,
        interMicros,
        sameChannels,
        SearchPattern.BALANCED_TREE,
        LinkType.NVLINK,
        LinkType.PCI_SWITCH);
  }

  /** What hosts that found different graphs have in common. */
  TopologyGraph common(TopologyGraph other) {
    return new TopologyGraph(
        Math.min(channels, other.channels),
        Math.min(intraGigabytes, other.intraGigabytes),
        Math.min(interGigabytes, other.interGigabytes),
        Math.max(interMicros, other.interMicros),
        sameChannels && other.sameChannels,
        pattern.compareTo(other.pattern) > 0 ? pattern : other.pattern,
        intraLink.isWithin(other.intraLink) ? other.intraLink : intraLink,
        interLink.isWithin(other.interLink) ? other.interLink : interLink);
  }

  TopologyGraph withChannels(int count) {
    return new TopologyGraph(
        count,
        intraGigabytes,
        interGigabytes,
        interMicros,
        sameChannels,
        pattern,
        intraLink,
        interLink);
  }
}
