package org.jccl.spi;

import java.time.Duration;
import java.util.function.Function;
import org.jccl.Stream;
import org.jccl.config.TimeLimit;
import org.jccl.ops.CallArguments;
import org.jccl.ops.KernelCalls;
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
  private final Function<String, ? extends RuntimeException> end;
  private KernelMeetings.@Nullable Seat seat;
  private volatile @Nullable KernelRank rank;

  /** The same for the thread that makes the calls. */
  private @Nullable KernelRank here;

  private String key = "";
  private String why = "";

  /**
   * None yet.
   *
   * @param library the library's way of a call
   * @param end ends the communicator for that reason; gives what the program gets
   */
  OwnKernels(
      CommunicatorBase owner,
      boolean isNonblocking,
      KernelGroup.Issuer library,
      Function<String, ? extends RuntimeException> end) {
    this.owner = owner;
    this.isNonblocking = isNonblocking;
    this.library = library;
    this.end = end;
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

  /** The communicator is there: now its calls can go by kernels, if its ranks agree. */
  void open() {
    KernelMeetings.Seat own = seat;
    if (own == null || rank != null) {
      return;
    }
    int ranks = owner.worldSize();
    KernelGroup found = own.kernels(ranks);
    why = own.why(ranks);
    if (found != null) {
      TimeLimit limit = owner.config().operationLimit().orElse(PATIENCE);
      // A little before the watchdog, which can name no rank.
      TimeLimit patience = TimeLimit.ofNanos(limit.nanos() / 8 * 7);
      here = found.rank(library, owner.rank(), patience, late -> missing(late, limit));
      rank = here;
    }
  }

  /** A kernel has waited for a rank in vain: what the program gets. */
  private RuntimeException missing(int late, TimeLimit limit) {
    return end.apply(
        "rank "
            + late
            + " has not come in "
            + limit
            + " to a call that own kernels carry out (KRN-06)");
  }

  // ---- calls

  /** What issues calls by kernels; null without them. Asked for each call. */
  @Nullable KernelRank here() {
    return here;
  }

  /** Whether a kernel carries out such a call, where there are kernels. */
  boolean fit(CallArguments call) {
    return call.setting() == null // a configuration is for NCCL
        && KernelCalls.fit(
            call.operation(), call.type(), call.reduction(), call.count(), owner.worldSize());
  }

  /** Issues a call that {@link #fit fits}; says what {@link KernelRank#launch} does. */
  int launch(CallArguments call, Stream stream) {
    KernelRank own = here;
    return own == null ? KernelRank.NOT_HERE : own.launch(call, stream);
  }

  // ---- end

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
    here = null;
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
