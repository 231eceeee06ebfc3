/**
 * Simulated devices: off-heap memory with bounds, poison and a leak registry; streams, events and
 * graphs that are asynchronous for real, because nothing on a stream happens before the kernel runs
 * its step. Knows the kernel, nothing of communicators.
 */
package org.jccl.sim.device;
