/**
 * NCCL on real GPUs: the backend, its communicators, and the provider by which they are found. The
 * library is called through the Foreign Function and Memory API; memory, streams, events and graphs
 * come from CUDA through JCuda. Nothing here waits for data to move unless NCCL itself does, and
 * what may wait for a peer never holds the carrier of a virtual thread.
 */
package org.jccl.nccl;
