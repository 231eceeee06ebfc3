package org.jccl.nccl.cuda;

import java.util.Locale;

/**
 * One GPU.
 *
 * @param index CUDA's number of it, from 0
 * @param name product name
 * @param identity its UUID, or its place on the PCI bus where it has none
 * @param computeCapability major * 10 + minor: 90 for 9.0
 * @param memoryBytes size of its memory
 */
public record Gpu(
    int index, String name, String identity, int computeCapability, long memoryBytes) {
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "device %d: %s, %s, compute capability %d.%d, %d MiB",
        index,
        name,
        identity,
        computeCapability / 10,
        computeCapability % 10,
        memoryBytes >> 20);
  }
}
