package org.jccl.fidelity.differential;

import java.util.List;
import java.util.zip.CRC32;

/**
 * What one rank saw of a program.
 *
 * @param notes the result of every call, and the states at the end, in order
 * @param memory all of its memory at the end, guards included
 */
@SuppressWarnings("ArrayRecordComponent") // a value of megabytes, compared by its hash and bytes
public record Observation(List<String> notes, byte[] memory) {
  /** Copies the list. */
  public Observation {
    notes = List.copyOf(notes);
  }

  /** A short name of everything that was seen. */
  public long hash() {
    CRC32 crc = new CRC32();
    notes.forEach(note -> crc.update(note.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    crc.update(memory);
    return crc.getValue();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Observation that
        && notes.equals(that.notes)
        && java.util.Arrays.equals(memory, that.memory);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(hash());
  }
}
