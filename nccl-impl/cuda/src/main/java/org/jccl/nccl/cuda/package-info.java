/**
 * CUDA through JCuda: devices, memory, streams, events and graphs of real GPUs, and the only room
 * that knows JCuda's types. {@code JCudaInterop} lets programs that use JCuda themselves share
 * their pointers and streams; {@code CudaDevices} says what GPUs there are and opens them; {@code
 * NcclProvider} offers the NCCL backend where there are GPUs and a library. Every CUDA result is
 * checked, nothing uses the legacy default stream, and freeing never waits for the device.
 */
package org.jccl.nccl.cuda;
