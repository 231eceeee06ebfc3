/**
 * Simulated communicators: creation, the comparison of calls across ranks, rendezvous by sequence
 * number, point-to-point queues, groups, lifecycle. What an operation does to its buffers comes
 * from the operation table; the data is moved by {@code sim.math}.
 */
package org.jccl.sim.comm;
