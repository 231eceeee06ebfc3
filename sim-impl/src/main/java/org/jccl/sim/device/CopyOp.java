package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A copy between two places, each of them device memory or host memory. */
final class CopyOp extends StreamOp {
  private final String words;
  private final MemorySegment source;
  private final MemorySegment target;
  private final long bytes;

  CopyOp(
      SimStream stream,
      String words,
      @Nullable Long sourceAddress,
      @Nullable MemorySegment hostSource,
      @Nullable Long targetAddress,
      @Nullable MemorySegment hostTarget,
      long bytes) {
    super(stream);
    this.words = words;
    this.bytes = bytes;
    this.source = place(sourceAddress, hostSource, false);
    this.target = place(targetAddress, hostTarget, true);
  }

  private MemorySegment place(
      @Nullable Long address, @Nullable MemorySegment host, boolean writes) {
    if (host != null) {
      return host;
    }
    long device = address == null ? 0 : address;
    uses(device, bytes, writes);
    return stream()
        .device()
        .memory()
        .range(device, bytes, words + (writes ? " target" : " source"));
  }

  @Override
  protected void perform() {
    MemorySegment.copy(source, 0, target, 0, bytes);
  }

  @Override
  protected long duration() {
    return stream().device().world().cost().copy(bytes);
  }

  @Override
  protected String label() {
    return words;
  }

  @Override
  protected long bytes() {
    return bytes;
  }

  @Override
  public String describe() {
    return words + " of " + bytes + " bytes on " + stream();
  }
}
