package org.jccl;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The 128 opaque bytes that let the ranks of one new communicator find each other (rule UID-01).
 *
 * <p>Made by {@link Backend#newUniqueId()} on one rank, carried to the others, used once (UID-04).
 * Immutable.
 *
 * @see <a href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/api/types.html">NCCL's
 *     guide: types</a>
 */
public final class UniqueId {
  /** Size in bytes. */
  public static final int BYTES = 128;

  private final byte[] bytes;

  private UniqueId(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * {@return the id with these bytes, which are copied}
   *
   * @param bytes the bytes of an id
   * @throws IllegalArgumentException if there are not exactly 128
   */
  public static UniqueId of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "a unique id has " + BYTES + " bytes, got " + bytes.length);
    }
    return new UniqueId(bytes.clone());
  }

  /** {@return a copy of the bytes, to be carried to the other ranks} */
  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UniqueId id && Arrays.equals(bytes, id.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "UniqueId[" + HexFormat.of().formatHex(bytes, 0, 8) + "…]";
  }
}
