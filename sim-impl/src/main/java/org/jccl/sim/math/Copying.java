package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;

/**
 * Copies as work over bytes: each block is read once and written to all its destinations while it
 * is in cache. Bits never change (NAN-05); a place is not copied onto itself.
 */
final class Copying implements SharedWork {
  private static final Places NOWHERE = new Places(0);

  private final ElementKernels kernels;
  private Places sources = NOWHERE;
  private Places destinations = NOWHERE;
  private long bytes = 1;
  private boolean transposed;

  Copying(ElementKernels kernels) {
    this.kernels = kernels;
  }

  /** Every destination gets the sources' {@code bytes} bytes one after the other. */
  void gather(Places sources, long bytes, Places destinations) {
    set(sources, bytes, destinations, false);
  }

  /** Destination {@code d} gets the sources' blocks number {@code d} one after the other. */
  void transpose(Places sources, long bytes, Places destinations) {
    set(sources, bytes, destinations, true);
  }

  /** Lets go of the caller's objects. */
  void clear() {
    set(NOWHERE, 1, NOWHERE, false);
  }

  private void set(Places sources, long bytes, Places destinations, boolean transposed) {
    this.sources = sources;
    this.bytes = bytes;
    this.destinations = destinations;
    this.transposed = transposed;
  }

  @Override
  public void run(long from, long to, Scratch scratch) {
    long at = from;
    while (at < to) {
      long block = at / bytes;
      long skip = at - block * bytes;
      long count = Math.min(to - at, bytes - skip);
      if (transposed) {
        exchange(
            (int) (block / destinations.size()), (int) (block % destinations.size()), skip, count);
      } else {
        count = Math.min(count, DataPlane.COPY_BLOCK);
        spread((int) block, skip, count);
      }
      at += count;
    }
  }

  private void spread(int source, long skip, long count) {
    for (int d = 0; d < destinations.size(); d++) {
      copy(source, skip, d, source * bytes + skip, count);
    }
  }

  private void exchange(int source, int destination, long skip, long count) {
    copy(source, destination * bytes + skip, destination, source * bytes + skip, count);
  }

  private void copy(int source, long fromSkip, int destination, long toSkip, long count) {
    if (sources.address(source) + fromSkip != destinations.address(destination) + toSkip) {
      MemorySegment from = sources.segment(source);
      long fromAt = sources.offset(source) + fromSkip;
      long toAt = destinations.offset(destination) + toSkip;
      kernels.copy(from, fromAt, destinations.segment(destination), toAt, count);
    }
  }
}
