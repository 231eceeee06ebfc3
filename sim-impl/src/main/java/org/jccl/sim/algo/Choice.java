package org.jccl.sim.algo;

import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;

/**
 * What is chosen for one call.
 *
 * @param algorithm the algorithm
 * @param protocol the protocol
 * @param maxChannels how many channels the call may use; its split may need fewer
 * @param micros NCCL's own estimate of its time, in microseconds
 */
public record Choice(Algorithm algorithm, Protocol protocol, int maxChannels, float micros) {
  private static final int ENOUGH = 16;
  private static final int SLIGHTLY_MORE = 24;

  /** Whether the switch takes part. */
  boolean usesMulticast() {
    return algorithm == Algorithm.NVLS || algorithm == Algorithm.NVLS_TREE;
  }

  /** The same where ranks reach each other's buffers on one host: somewhat fewer channels do. */
  Choice inRegisteredMemory() {
    boolean isDirect =
        protocol == Protocol.SIMPLE && (algorithm == Algorithm.RING || algorithm == Algorithm.TREE);
    return isDirect && maxChannels > ENOUGH && maxChannels <= SLIGHTLY_MORE
        ? new Choice(algorithm, protocol, ENOUGH, micros)
        : this;
  }
}
