package org.jccl.sim.comm;

import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.Split;

/**
 * How one collective of a rank is carried out.
 *
 * @param choice algorithm, protocol and NCCL's estimate, which in a group is that of all calls that
 *     are decided together
 * @param split its channels and chunks
 * @param nanos how long it takes in virtual time
 */
record Carried(Choice choice, Split split, long nanos) {}
