package org.jccl.sim.machine;

/**
 * How NCCL would carry out a collective on buffers in symmetric windows that is alone in its group.
 *
 * @param kernel the symmetric kernel, by NCCL's name
 * @param channels how many blocks of threads it gets
 * @param micros NCCL's own estimate, in microseconds
 */
public record SymmetricCallPlan(String kernel, int channels, double micros) {}
