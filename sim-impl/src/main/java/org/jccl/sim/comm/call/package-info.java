/**
 * One call before it is launched: its arguments, NCCL's checks on them in NCCL's order, custom
 * reductions, and how it will be carried out.
 */
package org.jccl.sim.comm.call;
