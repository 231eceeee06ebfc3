package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A copy between two places, each of them device memory or host memory. */
final class CopyOp extends StreamOp {
  private final String words;
  private final MemorySegment source;
  private final MemorySegment target;
  private final long bytes;
  private @Nullable HostUse host;

  /**
   * One end of a copy.
   *
   * @param address where it starts on the device; without meaning on the host
   * @param host the host memory, or null
   */
  record Place(long address, @Nullable MemorySegment host) {
    static Place onDevice(long address) {
      return new Place(address, null);
    }

    static Place onHost(MemorySegment segment) {
      return new Place(0, segment);
    }
  }

  CopyOp(SimStream stream, SimMemory memory, String words, Place source, Place target, long bytes) {
    super(stream);
    this.words = words;
    this.bytes = bytes;
    this.source = segment(memory, source, false);
    this.target = segment(memory, target, true);
  }

  private MemorySegment segment(SimMemory memory, Place place, boolean writes) {
    if (place.host != null) {
      use(place.host, writes);
      return place.host;
    }
    uses(place.address, bytes, writes);
    return memory.range(place.address, bytes, words + (writes ? " target" : " source"));
  }

  private void use(MemorySegment memory, boolean writes) {
    DeviceContext context = stream().context();
    if (memory.isNative() && bytes > 0 && context.simulation().isChecking()) {
      uses(memory.address(), bytes, writes);
      host = new HostUse(memory, writes, stream().lane(), describe());
      context.hostUses().enqueued(host);
    }
  }

  @Override
  protected void perform() {
    HostUse use = host;
    if (use != null && !stream().context().hostUses().isReady(use)) {
      return;
    }
    MemorySegment.copy(source, 0, target, 0, bytes);
    if (use != null) {
      use.ran(number());
    }
  }

  @Override
  protected long duration() {
    return stream().context().simulation().cost().copy(bytes);
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
