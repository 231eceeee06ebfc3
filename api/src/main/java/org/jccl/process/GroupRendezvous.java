package org.jccl.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jccl.ResultCode;
import org.jccl.spi.WaitQueue;
import org.jspecify.annotations.Nullable;

/**
 * Where the members of one group meet, one {@link Round} after the other.
 *
 * <p>Every operation is a full meeting: nobody leaves a round before everybody has come to it. So
 * at most one round is open, and disagreement is noticed by the member that completes the evidence.
 * Members of this JVM wait here; a member behind a socket has a {@link RemoteMember} to which its
 * outcome is handed. A group that broke down stays so: members that have come apart once cannot
 * agree again.
 */
final class GroupRendezvous {
  /** A member that does not wait in this JVM. Called under the lock of the rendezvous. */
  interface RemoteMember {
    /** A round that this member takes part in is complete. */
    void deliver(Round round);

    /** The group broke down. */
    void fail(GroupFailure failure);

    /** The process of another member has ended without leaving; in words. */
    void lost(String who);
  }

  /** One operation while its members come; complete once all are there. */
  static final class Round {
    private final ControlCall call;
    private final int opener;
    private final byte[] @Nullable [] payloads;
    private int arrived;

    private Round(ControlCall call, int opener, int worldSize) {
      this.call = call;
      this.opener = opener;
      this.payloads = new byte[worldSize][];
    }

    ControlCall call() {
      return call;
    }

    private boolean isComplete() {
      return arrived == payloads.length;
    }

    /**
     * What the call hands to a member: the root's payload, all payloads, or nothing. All members
     * are given the same arrays: whoever hands them to a program copies them.
     */
    List<byte[]> result(int member) {
      return switch (call.operation()) {
        case BROADCAST -> List.of(payload(call.root()));
        case ALL_GATHER -> everything();
        case GATHER -> member == call.root() ? everything() : List.of();
        case JOIN, BARRIER -> List.of();
      };
    }

    private List<byte[]> everything() {
      List<byte[]> all = new ArrayList<>(payloads.length);
      for (int rank = 0; rank < payloads.length; rank++) {
        all.add(payload(rank));
      }
      return all;
    }

    private byte[] payload(int rank) {
      byte[] payload = payloads[rank];
      if (payload == null) {
        throw new IllegalStateException("rank " + rank + " has not come to " + call);
      }
      return payload;
    }

    private List<Integer> missing() {
      List<Integer> ranks = new ArrayList<>();
      for (int rank = 0; rank < payloads.length; rank++) {
        if (payloads[rank] == null) {
          ranks.add(rank);
        }
      }
      return ranks;
    }
  }

  private final WaitQueue queue = new WaitQueue();
  private final int worldSize;
  private final boolean realTime;
  private final @Nullable RemoteMember[] remote;
  private final @Nullable String[] gone;
  private int goneCount;
  private @Nullable Round open;
  private @Nullable GroupFailure failure;
  private volatile @Nullable String lost;

  /**
   * A rendezvous to which nobody has come yet.
   *
   * @param realTime whether members may come from outside this JVM
   */
  GroupRendezvous(int worldSize, boolean realTime) {
    this.worldSize = worldSize;
    this.realTime = realTime;
    this.remote = new RemoteMember[worldSize];
    this.gone = new String[worldSize];
  }

  /** The number of members. */
  int size() {
    return worldSize;
  }

  /** A member that does not wait here registers. */
  void register(int rank, RemoteMember member) {
    queue.read(
        () -> {
          remote[rank] = member;
          if (failure != null) {
            member.fail(failure);
          }
        });
  }

  /** A member comes to a call. Never waits, never throws: the round tells how it went. */
  Round arrive(int rank, ControlCall call, byte[] payload) {
    AtomicReference<Round> entered = new AtomicReference<>();
    queue.change(
        () -> {
          Round round = enter(rank, call, payload);
          entered.set(round);
          return isOver(round); // Those who wait are not woken by each that comes.
        });
    return entered.get();
  }

  private Round enter(int rank, ControlCall call, byte[] payload) {
    if (failure != null) {
      return new Round(call, rank, worldSize); // One that nobody else will come to.
    }
    Round round = open;
    if (round == null) {
      round = new Round(call, rank, worldSize);
      open = round;
    }
    if (!round.call.equals(call)) {
      fail(ResultCode.INVALID_USAGE, disagreement(round, rank, call));
      return round;
    }
    if (round.payloads[rank] != null) {
      fail(ResultCode.INVALID_USAGE, "rank " + rank + " comes twice to " + call);
      return round;
    }
    round.payloads[rank] = payload;
    round.arrived++;
    if (round.isComplete()) {
      open = null;
      for (RemoteMember member : remote) {
        if (member != null) {
          member.deliver(round);
        }
      }
    } else {
      failIfOneIsGone(round);
    }
    return round;
  }

  private boolean isOver(Round round) {
    return round.isComplete() || failure != null;
  }

  private static String disagreement(Round round, int rank, ControlCall call) {
    return "the ranks disagree: rank "
        + round.opener
        + " calls "
        + round.call
        + ", rank "
        + rank
        + " calls "
        + call
        + ". Every rank must make the same calls in the same order";
  }

  /** Waits in this JVM until the round is complete or the group broke down. */
  boolean await(String who, Round round, Duration timeout) throws InterruptedException {
    String what = who + round.call;
    BooleanSupplier over = () -> isOver(round);
    return realTime ? RealTime.await(queue, what, over, timeout) : queue.await(what, over, timeout);
  }

  /** The result of a round that {@link #await} has seen the end of, or the failure. */
  List<byte[]> outcome(String who, int rank, Round round, ControlCall call) {
    AtomicReference<@Nullable GroupFailure> broken = new AtomicReference<>();
    queue.read(() -> broken.set(round.isComplete() ? null : failure));
    GroupFailure reason = broken.get();
    if (reason != null) {
      throw reason.exception(who, call);
    }
    return round.result(rank).stream().map(byte[]::clone).toList();
  }

  /** A member's patience is over; does nothing if its round is complete by now. */
  void giveUp(int rank, ControlCall call, Duration timeout) {
    queue.update(
        () -> {
          Round round = open;
          if (round != null && round.call.equals(call) && round.payloads[rank] != null) {
            fail(
                ResultCode.TIMEOUT,
                "rank "
                    + rank
                    + " waited "
                    + seconds(timeout)
                    + " in "
                    + call
                    + ", and of "
                    + worldSize
                    + " ranks these have not come: "
                    + round.missing()
                    + ". Look at what they are doing, or give the group more time");
          }
        });
  }

  /** A member will not come any more; whoever waits for it fails at once. */
  void leave(int rank, String why) {
    queue.change(
        () -> {
          if (gone[rank] == null) {
            gone[rank] = why;
            goneCount++;
          }
          remote[rank] = null;
          Round round = open;
          if (round != null) {
            failIfOneIsGone(round);
          }
          return failure != null;
        });
  }

  /** The process of a member has ended without leaving: all hear of it, also between two calls. */
  void lose(int rank, String why) {
    lose(rank, why, ended(rank, why), false);
  }

  /** A member has failed, and says so; it may have left before, as a part while it went down. */
  void fall(int rank, String why) {
    String words = "has failed: " + why;
    lose(rank, words, "rank " + rank + " " + words, true);
  }

  private void lose(int rank, String why, String who, boolean mayHaveLeft) {
    queue.update(
        () -> {
          if (lost == null && (mayHaveLeft || gone[rank] == null)) {
            lost = who;
            remote[rank] = null;
            for (RemoteMember member : remote) {
              if (member != null) {
                member.lost(who);
              }
            }
          }
        });
    leave(rank, why);
  }

  static String ended(int rank, String why) {
    return "the process of rank " + rank + " has ended without leaving its group (it " + why + ")";
  }

  /** Which member's process has ended without leaving, in words; null while there is none. */
  @Nullable String lost() {
    return lost;
  }

  /** Ends the group for everyone. */
  void failAll(ResultCode code, String text) {
    queue.update(() -> fail(code, text));
  }

  /** A member of this JVM has no memory for a call: all hear of it. */
  void outOfMemory(int rank, String call) {
    failAll(
        ResultCode.SYSTEM_ERROR,
        "rank "
            + rank
            + " has run out of memory in "
            + call
            + ": give its JVM a larger heap, or send smaller messages");
  }

  private void failIfOneIsGone(Round round) {
    for (int rank = 0; goneCount > 0 && rank < worldSize; rank++) {
      if (gone[rank] != null) {
        String verb = round.payloads[rank] == null ? " will not come to " : " left in ";
        String text = "rank " + rank + verb + round.call + ": it " + gone[rank];
        fail(ResultCode.REMOTE_ERROR, text);
        return;
      }
    }
  }

  private void fail(ResultCode code, String text) {
    if (failure != null) {
      return;
    }
    GroupFailure broken = new GroupFailure(code, text);
    failure = broken;
    open = null; // Nobody will come to it, and its payloads may be what memory is needed for.
    for (RemoteMember member : remote) {
      if (member != null) {
        member.fail(broken);
      }
    }
  }

  static String seconds(Duration time) {
    return time.toMillis() / 1000.0 + " s";
  }
}
