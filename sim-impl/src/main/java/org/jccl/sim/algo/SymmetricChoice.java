package org.jccl.sim.algo;

/**
 * Which symmetric kernel is chosen for calls of one kind.
 *
 * @param kernel the kernel
 * @param blocks how many blocks of threads at most
 * @param micros the model's estimate of its time, in microseconds
 */
public record SymmetricChoice(SymmetricKernel kernel, int blocks, float micros) {}
