package org.jccl.sim.algo;

import org.jccl.ops.Algorithm;
import org.jccl.ops.Protocol;

/**
 * What is chosen for one call.
 *
 * @param algorithm the algorithm
 * @param protocol the protocol
 * @param maxChannels how many channels the call may use; its split may need fewer
 * @param micros NCCL's own estimate of its time, in microseconds
 */
public record Choice(Algorithm algorithm, Protocol protocol, int maxChannels, float micros) {}
