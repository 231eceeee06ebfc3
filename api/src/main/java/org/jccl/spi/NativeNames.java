package org.jccl.spi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Names as C strings that are never freed: NCCL keeps the pointers, and reads them until the last
 * rank of the communicator in this process has been destroyed, which need not be the last to close.
 *
 * <p>Their memory is bounded all the same. When all slots are taken, a new name is written over the
 * one that was asked for longest ago: whoever still has that pointer reads another name, and never
 * memory that is not there.
 */
final class NativeNames {
  private final int slots;
  private final int slotBytes;

  /** The name in each slot, the one that was asked for longest ago first. */
  private final SequencedMap<String, MemorySegment> taken = new LinkedHashMap<>(16, 0.75f, true);

  NativeNames(int slots, int slotBytes) {
    this.slots = slots;
    this.slotBytes = slotBytes;
  }

  /** {@return where a name lies, cut to the length of a slot; 0 for the empty one} */
  synchronized long address(String name) {
    if (name.isEmpty()) {
      return 0;
    }
    MemorySegment slot = taken.get(name);
    if (slot == null) {
      slot = taken.size() < slots ? newSlot() : oldest();
      write(name, slot);
      taken.put(name, slot);
    }
    return slot.address();
  }

  private MemorySegment newSlot() {
    MemorySegment slot = Arena.global().allocate(slotBytes);
    LentMemory.lend(slot);
    return slot;
  }

  private MemorySegment oldest() {
    MemorySegment slot = taken.pollFirstEntry().getValue();
    slot.fill((byte) 0); // nobody reads past the end, whenever it looks
    return slot;
  }

  private void write(String name, MemorySegment slot) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    int end = Math.min(text.length, slotBytes - 1);
    while (end < text.length && (text[end] & 0xC0) == 0x80) {
      end--; // not in the middle of a character
    }
    MemorySegment.copy(MemorySegment.ofArray(text), 0, slot, 0, end);
  }
}
