package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;
import org.jccl.MisuseKind;
import org.jccl.sim.check.CallSite.Trail;
import org.jccl.sim.check.HappensBefore.ClockLane;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.device.Hazards.Accessor;
import org.jspecify.annotations.Nullable;

/** A copy between two places, each of them device memory or host memory. */
final class CopyOp extends StreamOp {
  private final SimMemory memory;
  private final String words;
  private final Place from;
  private final Place to;
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
    this.memory = memory;
    this.words = words;
    this.from = source;
    this.to = target;
    this.bytes = bytes;
    this.readAt = address(source);
    this.writtenAt = address(target);
    this.source = segment(source, false);
    this.target = segment(target, true);
  }

  private MemorySegment segment(Place place, boolean writes) {
    if (place.host == null) {
      return memory.range(place.address, bytes, words + (writes ? " target" : " source"));
    }
    DeviceContext context = stream().context();
    ClockLane lane = stream().lane();
    if (place.host.isNative() && bytes > 0 && lane != null) {
      host = new HostUse(place.host, writes, lane.number(), describe());
      context.hostUses().enqueued(host);
    }
    return place.host;
  }

  private static long address(Place place) {
    MemorySegment memory = place.host;
    return memory == null ? place.address : memory.isNative() ? memory.address() : 0;
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
    HostUse use = host;
    if (use != null && !stream().context().hostUses().isReady(use)) {
      return;
    }
    MemorySegment.copy(source, 0, target, 0, bytes);
    passOn();
    if (use != null) {
      use.ran(tick());
    }
  }

  /** What is undefined in the source: the host must not see it, other memory may. */
  private void passOn() {
    if (from.host != null) {
      memory.wrote(to.address, bytes);
    } else if (to.host == null) {
      memory.copied(to.address, from.address, bytes);
    } else {
      Undefined undefined = memory.takeUndefined(from.address, bytes);
      DeviceContext context = stream().context();
      if (undefined != null && undefined.origin().isStale()) {
        context.simulation().findings().faults().readStale(describe(undefined));
      } else if (undefined != null && !context.simulation().findings().isBroken()) {
        context.report(unwritten(context, undefined));
      }
    }
  }

  private ReportBuilder unwritten(DeviceContext context, Undefined undefined) {
    long start = from.address + undefined.offset();
    ReportBuilder late = context.hazards().writtenTooLate(this, start, start + undefined.bytes());
    return late != null
        ? late
        : new ReportBuilder(
                MisuseKind.UNINITIALIZED_DATA,
                " on device "
                    + context.index()
                    + ": "
                    + describe()
                    + " reads back what nobody has written: "
                    + undefined)
            .among(undefined.origin().senders())
            .rank(context.index(), describe(), site() == null ? null : "at " + site())
            .line("write the memory first, or read back only what was received (SIM-63)");
  }

  private String describe(Undefined stale) {
    return "device "
        + stream().context().index()
        + ": "
        + describe()
        + (site() == null ? "" : " at " + site())
        + " reads stale data: "
        + stale.origin().words();
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
