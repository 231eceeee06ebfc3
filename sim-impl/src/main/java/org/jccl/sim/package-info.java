/**
 * The simulator: a whole machine of GPUs inside one JVM, on any operating system and without native
 * code. It computes what NCCL computes, bit for bit (chapter 13 of the rule book). It owns every
 * source of nondeterminism: a seed chooses a schedule, and the same seed replays it. Where NCCL
 * hangs or gives wrong data, the simulator reports the reason.
 */
package org.jccl.sim;
