/**
 * Collective communication between GPUs, real or simulated: the contract that both implementations
 * keep. Start with {@link org.jccl.Ranks} (a program for N ranks), {@link org.jccl.Backends} (which
 * implementation) and {@link org.jccl.Communicator} (the operations). Everything here is free of
 * CUDA and of native code.
 */
package org.jccl;
