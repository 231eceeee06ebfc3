package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;
import org.jccl.sim.check.CallSite.Trail;
import org.jccl.sim.device.Hazards.Accessor;
import org.jspecify.annotations.Nullable;

/** A copy between two places, each of them device memory or host memory. */
final class CopyOp extends StreamOp {
  private final String words;
  private final MemorySegment source;
  private final MemorySegment target;
  private final long bytes;

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

  /** What reports say of it. */
  private record Copied(String words, long bytes) {
    @Override
    public String toString() {
      return words + " of " + bytes + " bytes";
    }
  }

  private final long readAt;
  private final long writtenAt;

  CopyOp(SimStream stream, SimMemory memory, String words, Place source, Place target, long bytes) {
    super(stream);
    this.words = words;
    this.bytes = bytes;
    this.readAt = source.host == null ? source.address : 0;
    this.writtenAt = target.host == null ? target.address : 0;
    this.source = segment(memory, source, " source");
    this.target = segment(memory, target, " target");
  }

  private MemorySegment segment(SimMemory memory, Place place, String role) {
    return place.host != null ? place.host : memory.range(place.address, bytes, words + role);
  }

  @Override
  protected long shape() {
    return Trail.mixed(Trail.mixed(readAt, writtenAt), bytes);
  }

  @Override
  protected boolean usesMemory() {
    return bytes > 0;
  }

  @Override
  protected Accessor uses() {
    return accessor(new Copied(words, bytes))
        .uses(readAt, readAt == 0 ? 0 : bytes, false)
        .uses(writtenAt, writtenAt == 0 ? 0 : bytes, true);
  }

  @Override
  protected void perform() {
    MemorySegment.copy(source, 0, target, 0, bytes);
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
    return new Copied(words, bytes) + " on " + stream();
  }
}
