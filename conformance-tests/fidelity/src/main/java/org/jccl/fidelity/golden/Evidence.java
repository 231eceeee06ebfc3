package org.jccl.fidelity.golden;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one result.
 *
 * @param hash the first 16 hex digits of SHA-256 over its little-endian bytes
 * @param bits the bytes themselves, if they are few
 * @param blockBytes size of the blocks that have checksums; 0 if there are none
 * @param checksums CRC-32 of each block, the last of which may be shorter
 */
public record Evidence(
    String hash, byte @Nullable [] bits, int blockBytes, List<Integer> checksums) {
  /** Digits that are kept of a hash. */
  static final int HASH_DIGITS = 16;

  private static final int SHORT = 160;
  private static final int LONG = 1024;
  private static final int BLOCKS = 16;
  private static final int LEAST_BLOCK = 512;

  /** Only a hash. */
  static Evidence of(String hash) {
    return new Evidence(hash, null, 0, List.of());
  }

  /**
   * The evidence of a result.
   *
   * @param most bytes of a result that is kept whole
   */
  static Evidence of(MemorySegment result, int most) {
    String hash = hash(result);
    long bytes = result.byteSize();
    if (bytes <= Math.max(SHORT, most)) {
      return new Evidence(hash, result.toArray(JAVA_BYTE), 0, List.of());
    }
    if (bytes <= LONG) {
      return of(hash);
    }
    long share = (bytes / BLOCKS + 15) / 16 * 16;
    int block = (int) Math.max(LEAST_BLOCK, share);
    return new Evidence(hash, null, block, checksums(result, block));
  }

  /** The hash of a result. */
  static String hash(MemorySegment result) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(result.asByteBuffer());
      return HexFormat.of().formatHex(digest.digest()).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  /** The checksums of all blocks of a result. */
  static List<Integer> checksums(MemorySegment result, int block) {
    List<Integer> checksums = new ArrayList<>();
    for (long at = 0; at < result.byteSize(); at += block) {
      CRC32 checksum = new CRC32();
      checksum.update(result.asSlice(at, Math.min(block, result.byteSize() - at)).asByteBuffer());
      checksums.add((int) checksum.getValue());
    }
    return checksums;
  }
}
