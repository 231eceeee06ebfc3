/**
 * NCCL's backend and its communicators. The library is called through the Foreign Function and
 * Memory API. The devices are given to it: GPUs by {@code org.jccl.nccl.cuda}, simulated ones by
 * the loopback of the rule book kit. Nothing here waits for data to move unless NCCL itself does,
 * and what may wait for a peer never holds the carrier of a virtual thread.
 */
package org.jccl.nccl;
