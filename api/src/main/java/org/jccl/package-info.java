/**
 * Collective communication between GPUs, real or simulated: the contract that both implementations
 * keep. Start with {@link org.jccl.Ranks} (a program for N ranks), {@link org.jccl.Backends} (which
 * implementation) and {@link org.jccl.Communicator} (the operations). Everything here is free of
 * CUDA and of native code.
 *
 * <p>The types stand on three floors: memory and streams ({@link org.jccl.Device}), communicators
 * over them, and what opens both ({@link org.jccl.Backend}, {@link org.jccl.Ranks}). A program's
 * own computing joins its streams as {@link org.jccl.Work}. Of jccl's other packages this one knows
 * only {@code config}; process groups are made in {@code process}.
 */
package org.jccl;
