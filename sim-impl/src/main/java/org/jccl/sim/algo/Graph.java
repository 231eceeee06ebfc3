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
 */
public record Graph(
    int channels,
    float intraGigabytes,
    float interGigabytes,
    float interMicros,
    boolean sameChannels) {}
