package org.jccl;

/**
 * GPU memory that a communicator holds for itself (rule LIF-25).
 *
 * @param suspendableBytes what {@link Communicator#suspend} can give back
 * @param suspended whether it has been given back
 * @param persistentBytes what stays as long as the communicator
 * @param totalBytes both together
 */
public record MemoryStatistics(
    long suspendableBytes, boolean suspended, long persistentBytes, long totalBytes) {}
