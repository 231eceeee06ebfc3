package org.jccl;

/**
 * What a member of a process group says of itself when another one asks, whatever its program does
 * at the time: see {@link ProcessGroup#answer}. Threads of the group ask it, so it waits for
 * nobody.
 */
@FunctionalInterface
public interface MemberVoice {
  /**
   * {@return the answer to a question of a member; at most {@link MemberAnswer#MOST} bytes}
   *
   * @param question what {@link ProcessGroup#ask} was given
   */
  byte[] answer(byte[] question);

  /**
   * {@return what those hear who ask when this member has gone, beside {@link
   * MemberAnswer.Kind#GONE}; at most {@link MemberAnswer#MOST} bytes}
   */
  default byte[] lastWords() {
    return new byte[0];
  }

  /**
   * {@return whether the last words may still change} A TCP group that is closed meanwhile goes on
   * to ask and to answer until its process ends, and says its last words then.
   */
  default boolean hasMoreToSay() {
    return false;
  }
}
