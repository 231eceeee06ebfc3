package org.jccl;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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

  /**
   * {@return the id that {@link #toHex} has written}
   *
   * @param hex 256 hexadecimal digits; space around them does not count
   * @throws IllegalArgumentException if it is something else
   */
  public static UniqueId ofHex(String hex) {
    String digits = hex.strip();
    if (digits.length() != 2 * BYTES) {
      throw new IllegalArgumentException(
          "a unique id has " + 2 * BYTES + " hexadecimal digits, got " + digits.length());
    }
    try {
      return new UniqueId(HexFormat.of().parseHex(digits));
    } catch (IllegalArgumentException other) {
      throw new IllegalArgumentException("a unique id has hexadecimal digits only", other);
    }
  }

  /** {@return the bytes as 256 hexadecimal digits, for environment variables and command lines} */
  public String toHex() {
    return HexFormat.of().formatHex(bytes);
  }

  /**
   * Writes the 128 bytes into a file, for ranks that share a file system: all at once, so that
   * nobody reads half of them. Only the file's owner may read it: who has the id can join.
   *
   * @param file the file; one that is there is replaced
   * @throws IOException if it cannot be written
   */
  public void writeTo(Path file) throws IOException {
    IdFile.write(file, bytes);
  }

  /**
   * {@return the id in a file that another rank writes, or has written}
   *
   * @param file the file
   * @param timeout at most how long to wait until it is there
   * @throws CollectiveTimeoutException if it is not there in time
   * @throws IOException if it cannot be read, or has not exactly 128 bytes
   */
  public static UniqueId readFrom(Path file, Duration timeout) throws IOException {
    return new UniqueId(IdFile.read(file, timeout));
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
