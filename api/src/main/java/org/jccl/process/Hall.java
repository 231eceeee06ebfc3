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
 * Members of this JVM wait here; a member behind a socket has a {@link Seat} to which its outcome
 * is handed. A group that broke down stays so: what has come apart once cannot be put in step
 * again.
 */
final class Hall {
  /** The place of a member that does not wait in this JVM. Called under the hall's lock. */
  interface Seat {
    /** A round that this member takes part in is complete. */
    void deliver(Round round);

    /** The group broke down. */
    void fail(Breakdown breakdown);
  }

  /** One operation while its members come; complete once all are there. */
  static final class Round {
    private final Step step;
    private final int opener;
    private final byte[] @Nullable [] payloads;
    private int arrived;

    private Round(Step step, int opener, int worldSize) {
      this.step = step;
      this.opener = opener;
      this.payloads = new byte[worldSize][];
    }

    Step step() {
      return step;
    }

    private boolean isComplete() {
      return arrived == payloads.length;
    }

    /** What the step hands to a member: the root's payload, all payloads, or nothing. */
    List<byte[]> result(int member) {
      return switch (step.act()) {
        case BROADCAST -> List.of(payload(step.root()));
        case ALL_GATHER -> everything();
        case GATHER -> member == step.root() ? everything() : List.of();
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
        throw new IllegalStateException("rank " + rank + " has not come to " + step);
      }
      return payload.clone();
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
  private final @Nullable Seat[] seats;
  private final @Nullable String[] gone;
  private int goneCount;
  private @Nullable Round open;
  private @Nullable Breakdown breakdown;

  /**
   * An empty hall.
   *
   * @param realTime whether members may come from outside this JVM
   */
  Hall(int worldSize, boolean realTime) {
    this.worldSize = worldSize;
    this.realTime = realTime;
    this.seats = new Seat[worldSize];
    this.gone = new String[worldSize];
  }

  /** A member that does not wait here takes its place. */
  void seat(int rank, Seat seat) {
    queue.read(
        () -> {
          seats[rank] = seat;
          if (breakdown != null) {
            seat.fail(breakdown);
          }
        });
  }

  /** A member comes to a step. Never waits, never throws: the round tells how it went. */
  Round arrive(int rank, Step step, byte[] payload) {
    AtomicReference<Round> entered = new AtomicReference<>();
    queue.change(
        () -> {
          Round round = enter(rank, step, payload);
          entered.set(round);
          return isOver(round); // Those who wait are not woken by each that comes.
        });
    return entered.get();
  }

  private Round enter(int rank, Step step, byte[] payload) {
    if (breakdown != null) {
      return new Round(step, rank, worldSize); // One that nobody else will come to.
    }
    Round round = open;
    if (round == null) {
      round = new Round(step, rank, worldSize);
      open = round;
    }
    if (!round.step.equals(step)) {
      fail(ResultCode.INVALID_USAGE, disagreement(round, rank, step));
      return round;
    }
    if (round.payloads[rank] != null) {
      fail(ResultCode.INVALID_USAGE, "rank " + rank + " comes twice to " + step);
      return round;
    }
    round.payloads[rank] = payload;
    round.arrived++;
    if (round.isComplete()) {
      open = null;
      for (Seat seat : seats) {
        if (seat != null) {
          seat.deliver(round);
        }
      }
    } else {
      failIfOneIsGone(round);
    }
    return round;
  }

  private boolean isOver(Round round) {
    return round.isComplete() || breakdown != null;
  }

  private static String disagreement(Round round, int rank, Step step) {
    return "the ranks disagree: rank "
        + round.opener
        + " calls "
        + round.step
        + ", rank "
        + rank
        + " calls "
        + step
        + ". Every rank must make the same calls in the same order";
  }

  /** Waits in this JVM until the round is complete or the group broke down. */
  boolean await(int rank, Round round, Duration timeout) throws InterruptedException {
    String what = "process group, rank " + rank + "/" + worldSize + ", " + round.step;
    BooleanSupplier over = () -> isOver(round);
    return realTime ? RealTime.await(queue, what, over, timeout) : queue.await(what, over, timeout);
  }

  /** The result of a round that {@link #await} has seen the end of, or the breakdown. */
  List<byte[]> outcome(int rank, Round round, Step step) {
    AtomicReference<@Nullable Breakdown> broken = new AtomicReference<>();
    queue.read(() -> broken.set(round.isComplete() ? null : breakdown));
    Breakdown reason = broken.get();
    if (reason != null) {
      throw reason.exception(rank, worldSize, step);
    }
    return round.result(rank);
  }

  /** A member's patience is over; does nothing if its round is complete by now. */
  void giveUp(int rank, Step step, Duration timeout) {
    queue.update(
        () -> {
          Round round = open;
          if (round != null && round.step.equals(step) && round.payloads[rank] != null) {
            fail(
                ResultCode.TIMEOUT,
                "rank "
                    + rank
                    + " waited "
                    + seconds(timeout)
                    + " in "
                    + step
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
          seats[rank] = null;
          Round round = open;
          if (round != null) {
            failIfOneIsGone(round);
          }
          return breakdown != null;
        });
  }

  /** Ends the group for everyone. */
  void breakDown(ResultCode code, String text) {
    queue.update(() -> fail(code, text));
  }

  private void failIfOneIsGone(Round round) {
    for (int rank = 0; goneCount > 0 && rank < worldSize; rank++) {
      if (gone[rank] != null) {
        String verb = round.payloads[rank] == null ? " will not come to " : " left in ";
        String text = "rank " + rank + verb + round.step + ": it " + gone[rank];
        fail(ResultCode.REMOTE_ERROR, text);
        return;
      }
    }
  }

  private void fail(ResultCode code, String text) {
    if (breakdown != null) {
      return;
    }
    Breakdown broken = new Breakdown(code, text);
    breakdown = broken;
    for (Seat seat : seats) {
      if (seat != null) {
        seat.fail(broken);
      }
    }
  }

  static String seconds(Duration time) {
    return time.toMillis() / 1000.0 + " s";
  }
}
