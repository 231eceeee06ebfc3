package org.jccl;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The control plane: carries small messages between the ranks' programs before and beside the
 * collectives. Every method is called by every rank, in the same order; each waits, at most for the
 * group's time-out. Used by one thread at a time per rank. {@code org.jccl.process.ProcessGroups}
 * makes them.
 */
public interface ProcessGroup extends AutoCloseable {
  /** {@return this member's rank} */
  int rank();

  /** {@return the number of members} */
  int worldSize();

  /**
   * Everyone receives the root's bytes.
   *
   * @param payload the root's message; ignored elsewhere
   * @param root rank whose bytes everyone gets
   * @return the root's bytes
   * @throws CollectiveTimeoutException if a member does not come in time; it names who is missing
   */
  byte[] broadcast(byte[] payload, int root);

  /**
   * Everyone receives everyone's bytes, in rank order.
   *
   * @param payload this member's bytes
   * @return the bytes of all members, by rank
   */
  List<byte[]> allGather(byte[] payload);

  /**
   * The root receives everyone's bytes, in rank order. Unlike {@link #allGather}, its cost grows
   * linearly with the number of members.
   *
   * @param payload this member's bytes
   * @param root rank that receives
   * @return the bytes of all members by rank on the root; an empty list elsewhere
   */
  default List<byte[]> gather(byte[] payload, int root) {
    List<byte[]> all = allGather(payload);
    return rank() == root ? all : List.of();
  }

  /**
   * Returns when every member has called it; waits at most {@code timeout}.
   *
   * @param timeout at most how long to wait
   */
  void barrier(Duration timeout);

  /** {@return whether members are processes of their own, which can end without a word} */
  default boolean spansProcesses() {
    return false;
  }

  /**
   * {@return which member's process has ended without leaving the group, in words; empty while
   * there is none} Never waits; for any thread.
   */
  default Optional<String> lostMember() {
    return Optional.empty();
  }

  /**
   * Tells the other members that this one has failed and will not come to anything any more: their
   * {@link #lostMember} says so at once. Members that share a process need not be told.
   *
   * @param why what has failed, in words
   */
  default void giveUp(String why) {}

  /**
   * Says what this member answers when another one {@link #ask asks}, and what is heard of it when
   * it has gone.
   *
   * @param voice makes the answers
   */
  default void answer(MemberVoice voice) {}

  /**
   * Asks all members, this one included, whatever they do at the time: this is no meeting, and no
   * program takes part. A member that is stopped, or whose machine cannot be reached, is {@link
   * MemberAnswer.Kind#SILENT}. Never waits; for any thread.
   *
   * @param question the question, some hundred bytes at most
   * @param within how long members have to answer
   * @return the answers by rank, when all are there or the time is over; an empty list in groups
   *     that carry no questions, and after the end of the group
   */
  default CompletableFuture<List<MemberAnswer>> ask(byte[] question, Duration within) {
    return CompletableFuture.completedFuture(List.of());
  }

  /**
   * A group of some of the members, who meet there for themselves: only they call this, each with
   * its rank among them, and only they make the calls of that group. Nobody waits here. The part
   * ends with the whole group, and when its members close it.
   *
   * @param name names the part: the same for its members, and for no other part of this group
   * @param rank this member's rank in the part, 0 to {@code worldSize - 1}
   * @param worldSize the number of members of the part
   * @return the part; empty if groups of this kind have none
   * @throws IllegalArgumentException if there is no such rank, or the name is empty
   * @throws IllegalStateException if this group is closed
   * @throws CollectiveException if the part cannot be reached
   */
  default Optional<ProcessGroup> part(String name, int rank, int worldSize) {
    return Optional.empty();
  }

  /** Leaves the group. Idempotent. */
  @Override
  void close();
}
