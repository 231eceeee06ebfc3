package org.jccl.spi;

import java.time.Duration;
import java.util.function.BiFunction;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * One communicator's way to jccl's own kernels ({@code Tuning.kernels()}, chapter 13 of the rule
 * book): asked for, agreed on by its ranks, used, closed.
 */
final class OwnKernels {
  /** How long kernels wait for another rank where the program has said nothing. */
  private static final TimeLimit PATIENCE = new TimeLimit(Duration.ofMinutes(10));

  private final CommunicatorBase owner;
  private final boolean isNonblocking;
  private final KernelGroup.Issuer library;
  private final BiFunction<Integer, TimeLimit, RuntimeException> missing;
  private KernelMeetings.@Nullable Seat seat;
  private volatile @Nullable KernelRank rank;
  private String key = "";
  private String why = "";

  /**
   * None yet.
   *
   * @param library the library's way of a call
   * @param missing makes what the program gets when a rank has not come in a time
   */
  OwnKernels(
      CommunicatorBase owner,
      boolean isNonblocking,
      KernelGroup.Issuer library,
      BiFunction<Integer, TimeLimit, RuntimeException> missing) {
    this.owner = owner;
    this.isNonblocking = isNonblocking;
    this.library = library;
    this.missing = missing;
    if (owner.config().tuning().usesKernels()) {
      why = isNonblocking ? "it is nonblocking" : "it is still opening";
    }
  }

  /** The communicator is about to be created; {@code named} is of this one alone, on all ranks. */
  void join(KernelMeetings meetings, String named, long order, int place) {
    key = named;
    if (owner.config().tuning().usesKernels() && !isNonblocking) {
      seat =
          meetings.join(named, order, place, owner.device(), owner.config().tuning().keepsBits());
    }
  }

  /** What a child of this communicator is named; empty if nobody knows that of all its ranks. */
  String keyOf(String child) {
    return key.isEmpty() ? "" : key + "/" + child;
  }

  /** It is a communicator whose ranks cannot find each other. */
  void refuse(String reason) {
    if (owner.config().tuning().usesKernels()) {
      why = reason;
    }
  }

  /** The communicator is there: what issues calls by kernels, or null. */
  @Nullable KernelRank open() {
    KernelMeetings.Seat own = seat;
    if (own == null || rank != null) {
      return rank;
    }
    int ranks = owner.worldSize();
    KernelGroup found = own.kernels(ranks);
    why = own.why(ranks);
    if (found != null) {
      TimeLimit limit = owner.config().operationLimit().orElse(PATIENCE);
      // A little before the watchdog, which can name no rank.
      TimeLimit patience = TimeLimit.ofNanos(limit.nanos() / 8 * 7);
      rank = found.rank(library, owner.rank(), patience, late -> missing.apply(late, limit));
    }
    return rank;
  }

  /** Why there are none, in words; empty if there are, or nobody has asked for them. */
  String why() {
    return why;
  }

  void abort() {
    KernelRank own = rank;
    if (own != null) {
      own.abort();
    }
  }

  void close() {
    KernelRank own = rank;
    rank = null;
    if (own != null) {
      own.close();
    }
    KernelMeetings.Seat taken = seat;
    seat = null;
    if (taken != null) {
      taken.leave();
    }
  }
}
