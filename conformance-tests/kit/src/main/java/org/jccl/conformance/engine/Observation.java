package org.jccl.conformance.engine;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;

/**
 * What one rank saw of a program.
 *
 * @param notes the result of every call, and the states at the end, in order
 * @param memory all of its memory at the end, guards included
 */
public record Observation(List<String> notes, MemorySegment memory) {
  /** Copies the list. */
  public Observation {
    notes = List.copyOf(notes);
  }

  /** A short name of everything that was seen. */
  public long hash() {
    CRC32 crc = new CRC32();
    notes.forEach(note -> crc.update(note.getBytes(StandardCharsets.UTF_8)));
    crc.update(memory.asByteBuffer());
    return crc.getValue();
  }

  /** A short name of what all ranks saw. */
  public static long hash(List<Observation> all) {
    CRC32 crc = new CRC32();
    for (Observation each : all) {
      crc.update(Long.toHexString(each.hash()).getBytes(StandardCharsets.UTF_8));
    }
    return crc.getValue();
  }

  /** Whether the same was seen. */
  public boolean isSame(Observation other) {
    return notes.equals(other.notes) && memory.mismatch(other.memory) < 0;
  }
}
