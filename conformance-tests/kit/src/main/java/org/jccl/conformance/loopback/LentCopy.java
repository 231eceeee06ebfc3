package org.jccl.conformance.loopback;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jccl.config.ConfigField;
import org.jccl.nccl.ffi.NativeAccess;

/** Memory of one process as it is sent to another, and the copy of it there. */
final class LentCopy {
  private static final int ALIGNMENT = 16;
  private static final int LONGEST_TEXT = 4096;
  private static final long[] POINTERS = {
    ConfigField.NET_NAME_OFFSET, ConfigField.COMM_NAME_OFFSET
  };

  private LentCopy() {}

  /** What is sent of {@code segment}. */
  static Wire.Lent lend(long token, MemorySegment segment) {
    Map<Long, String> texts = new HashMap<>();
    if (isConfig(segment)) {
      for (long offset : POINTERS) {
        long text =
            offset + Long.BYTES > segment.byteSize()
                ? 0
                : segment.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
        if (text != 0 && text != Long.MIN_VALUE) {
          texts.put(offset, text(text));
        }
      }
    }
    return new Wire.Lent(
        token, segment.toArray(ValueLayout.JAVA_BYTE), texts, !segment.isNative(), false);
  }

  private static boolean isConfig(MemorySegment segment) {
    return segment.byteSize() > ConfigField.NET_NAME_OFFSET
        && segment.get(ValueLayout.JAVA_INT_UNALIGNED, ConfigField.MAGIC_OFFSET)
            == ConfigField.MAGIC;
  }

  private static String text(long address) {
    MemorySegment memory = NativeAccess.memory(address, LONGEST_TEXT);
    int length = 0;
    while (length < LONGEST_TEXT && memory.get(ValueLayout.JAVA_BYTE, length) != 0) {
      length++;
    }
    byte[] bytes = memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The copy, there as long as somebody knows it. */
  static MemorySegment of(Wire.Lent lent) {
    if (lent.heap()) {
      return MemorySegment.ofArray(lent.bytes().clone());
    }
    Arena arena = Arena.ofAuto();
    MemorySegment segment = arena.allocate(lent.bytes().length, ALIGNMENT);
    MemorySegment.copy(lent.bytes(), 0, segment, ValueLayout.JAVA_BYTE, 0, lent.bytes().length);
    lent.texts()
        .forEach(
            (offset, text) ->
                segment.set(
                    ValueLayout.JAVA_LONG_UNALIGNED, offset, arena.allocateFrom(text).address()));
    return segment;
  }
}
