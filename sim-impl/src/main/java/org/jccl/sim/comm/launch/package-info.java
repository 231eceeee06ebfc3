/**
 * From a call to a launch on streams: its number, its buffers, its place behind other launches; and
 * the order of launches among those of other communicators.
 */
package org.jccl.sim.comm.launch;
