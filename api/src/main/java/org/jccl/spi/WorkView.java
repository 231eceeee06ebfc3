package org.jccl.spi;

import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import org.jccl.DeviceRange;
import org.jccl.WorkMemory;

/** What the body of a piece of work sees of its memory, in a block of the host. */
public final class WorkView implements WorkMemory {
  private final WorkLayout layout;
  private final MemorySegment block;
  private final Function<DeviceRange, RuntimeException> undeclared;

  /**
   * The memory of one run of a body.
   *
   * @param layout what lies where in the block
   * @param block the block
   * @param undeclared makes what is thrown where the body asks for other memory (STR-33)
   */
  public WorkView(
      WorkLayout layout, MemorySegment block, Function<DeviceRange, RuntimeException> undeclared) {
    this.layout = layout;
    this.block = block;
    this.undeclared = undeclared;
  }

  @Override
  public MemorySegment of(DeviceRange memory) {
    if (memory.bytes() == 0) {
      return block.asSlice(0, 0);
    }
    long offset = layout.offsetOf(memory.address(), memory.bytes());
    if (offset < 0) {
      throw undeclared.apply(memory);
    }
    MemorySegment part = block.asSlice(offset, memory.bytes());
    return layout.writes(memory.address(), memory.bytes()) ? part : part.asReadOnly();
  }
}
