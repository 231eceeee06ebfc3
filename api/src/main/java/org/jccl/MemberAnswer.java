package org.jccl;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one member of a process group has answered to {@link ProcessGroup#ask}.
 *
 * @param kind whether it has answered, and if not, why
 * @param bytes its answer; its {@link MemberVoice#lastWords last words} if it has gone and has said
 *     some; else empty
 */
public record MemberAnswer(Kind kind, byte[] bytes) {
  /** Most bytes of an answer; a longer one does not come. */
  public static final int MOST = 16_384;

  /** What came of the question to one member. */
  public enum Kind {
    /** It has answered. */
    ANSWERED,
    /** It has not in the time: its process stands still, or cannot be reached. */
    SILENT,
    /** It is no member any more: it has left the group, or its process has ended. */
    GONE,
    /**
     * It could not be asked: who would pass the question on is silent, or it knows no questions.
     */
    NOT_ASKED
  }

  /**
   * Copies the bytes.
   *
   * @param kind whether it has answered, and if not, why
   * @param bytes its answer; empty without one
   */
  public MemberAnswer(Kind kind, byte[] bytes) {
    this.kind = kind;
    this.bytes = bytes.clone();
  }

  /**
   * {@return what a member says}
   *
   * @param bytes its answer
   */
  public static MemberAnswer of(byte[] bytes) {
    return new MemberAnswer(Kind.ANSWERED, bytes);
  }

  /**
   * {@return that there is no answer, and why}
   *
   * @param kind why
   */
  public static MemberAnswer none(Kind kind) {
    return new MemberAnswer(kind, new byte[0]);
  }

  /** {@return a copy of its answer} */
  @Override
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MemberAnswer same
        && kind == same.kind
        && Arrays.equals(bytes, same.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return kind + (bytes.length == 0 ? "" : " " + bytes.length + " bytes");
  }
}
