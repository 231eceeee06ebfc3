/**
 * The simulator: a whole machine of GPUs inside one JVM, on any operating system and without native
 * code. It computes what NCCL computes, bit for bit, and owns every source of nondeterminism, so
 * that a schedule can be chosen, explored and replayed. What NCCL leaves as a hang or as wrong data
 * it reports, with the reason.
 */
package org.jccl.sim;
