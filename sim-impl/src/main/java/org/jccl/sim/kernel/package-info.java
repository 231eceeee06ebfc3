/**
 * The discrete-event kernel: one logical thread of decisions. It owns the baton that lets one host
 * thread run at a time, the list of things that can run, the virtual clock, the trace, and {@link
 * org.jccl.sim.kernel.Choices}, the only source of nondeterminism. It knows nothing of devices or
 * communicators.
 */
package org.jccl.sim.kernel;
