package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;
import org.jccl.sim.check.CallSite.Trail;
import org.jccl.sim.device.Hazards.Accessor;

/** A fill of device memory with one byte value. */
final class FillOp extends StreamOp {
  private final SimMemory memory;
  private final MemorySegment target;
  private final byte value;

  FillOp(SimStream stream, SimMemory memory, MemorySegment target, byte value) {
    super(stream);
    this.memory = memory;
    this.target = target;
    this.value = value;
  }

  @Override
  protected long shape() {
    return Trail.mixed(target.address(), target.byteSize());
  }

  @Override
  protected boolean usesMemory() {
    return true;
  }

  @Override
  protected Accessor uses() {
    return accessor("fill").uses(target.address(), target.byteSize(), true);
  }

  @Override
  protected void perform() {
    target.fill(value);
    memory.wrote(target.address(), target.byteSize());
  }

  @Override
  protected long duration() {
    return stream().context().simulation().cost().copy(target.byteSize());
  }

  @Override
  protected String label() {
    return "fill";
  }

  @Override
  protected long bytes() {
    return target.byteSize();
  }

  @Override
  public String describe() {
    return "fill of " + target.byteSize() + " bytes on " + stream();
  }
}
