package org.jccl.sim.device;

import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Stands in a stream where work was refused that should have written memory: from there on that
 * memory is stale. It does nothing and takes no time.
 */
final class StaleMark extends StreamOp {
  private final SimMemory memory;
  private final long address;
  private final long bytes;
  private final String words;
  private final @Nullable Operation input;

  StaleMark(
      SimStream stream,
      SimMemory memory,
      long address,
      long bytes,
      String words,
      @Nullable Operation input) {
    super(stream);
    this.memory = memory;
    this.address = address;
    this.bytes = bytes;
    this.words = words;
    this.input = input;
  }

  @Override
  protected void perform() {
    memory.leftUndefined(address, bytes, words, input);
  }

  @Override
  protected long duration() {
    return 0;
  }

  @Override
  protected String label() {
    return words;
  }

  @Override
  public String describe() {
    return words + " on " + stream();
  }
}
