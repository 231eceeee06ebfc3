package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;

/** A fill of device memory with one byte value. */
final class FillOp extends StreamOp {
  private final MemorySegment target;
  private final byte value;

  FillOp(SimStream stream, long address, byte value, long bytes) {
    super(stream);
    this.target = stream.device().memory().range(address, bytes, "fill");
    this.value = value;
    uses(address, bytes, true);
  }

  @Override
  protected void perform() {
    target.fill(value);
  }

  @Override
  protected long duration() {
    return stream().device().world().cost().copy(target.byteSize());
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
