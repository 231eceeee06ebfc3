package org.jccl.sim.machine;

import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;

/**
 * How NCCL would carry out a collective that is alone in its group.
 *
 * @param algorithm the algorithm
 * @param protocol the protocol
 * @param firstChannel the first channel that gets a part of it
 * @param lastChannel the last one
 * @param micros NCCL's own estimate, in microseconds
 */
public record CallPlan(
    Algorithm algorithm, Protocol protocol, int firstChannel, int lastChannel, double micros) {}
