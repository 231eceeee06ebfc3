/**
 * NCCL's C functions, simulated: the same result codes from the same wrong arguments. {@link
 * org.jccl.sim.abi.SimAbi} is the table of functions, a class {@code Abi…} does those of a theme,
 * and a thread's group collects calls until its outermost end.
 */
package org.jccl.sim.abi;
