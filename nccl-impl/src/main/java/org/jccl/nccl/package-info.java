/**
 * NCCL on real GPUs. The library is called through the Foreign Function and Memory API; memory,
 * streams, events and graphs of CUDA come from JCuda, whose types stay inside this module. Nothing
 * here waits for data to move unless NCCL itself does.
 */
package org.jccl.nccl;
