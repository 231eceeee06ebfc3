/**
 * How NCCL would carry out a communicator's collectives: algorithm, protocol, channels, kernels.
 */
package org.jccl.sim.comm.plan;
