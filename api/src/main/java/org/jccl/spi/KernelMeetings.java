package org.jccl.spi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jccl.Device;
import org.jccl.ops.KernelCalls;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which communicators have all their ranks in this process and want own kernels on all of
 * them (rule KRN-01).
 *
 * <p>A rank takes its seat before it enters the creation of its communicator. No creation returns
 * before all ranks have entered it, so whoever is back from it knows all the seats there will be,
 * and all ranks find the same.
 */
public final class KernelMeetings {
  private final Function<List<Device>, KernelGroup> opener;
  private final Map<String, Meeting> meetings = new HashMap<>();

  /** Meetings whose kernels {@code opener} opens, for devices in the order of the ranks. */
  KernelMeetings(Function<List<Device>, KernelGroup> opener) {
    this.opener = opener;
  }

  /** What the ranks of one communicator have found: kernels, or a reason why there are none. */
  private record Outcome(@Nullable KernelGroup kernels, String why) {}

  /** The ranks of one communicator that want kernels and are here. */
  private static final class Meeting {
    final List<Seat> seats = new ArrayList<>();
    int left;
    @Nullable Outcome outcome;
  }

  /** One rank's place at a meeting. */
  final class Seat {
    private final String key;
    private final Meeting meeting;
    private final long order;
    private final int place;
    private final Device device;
    private final boolean keepsBits;
    private boolean hasLeft;

    private Seat(
        String key, Meeting meeting, long order, int place, Device device, boolean keepsBits) {
      this.key = key;
      this.meeting = meeting;
      this.order = order;
      this.place = place;
      this.device = device;
      this.keepsBits = keepsBits;
    }

    /**
     * The communicator is there: what issues calls by kernels; null if {@link #why} there is not.
     */
    @Nullable KernelGroup kernels(int ranks) {
      return outcome(ranks).kernels;
    }

    /** Why there are no kernels. */
    String why(int ranks) {
      return outcome(ranks).why;
    }

    private Outcome outcome(int ranks) {
      synchronized (KernelMeetings.this) {
        Outcome known = meeting.outcome;
        if (known == null) {
          known = find(meeting, ranks);
          meeting.outcome = known;
        }
        return known;
      }
    }

    /** The communicator has gone, or never came. */
    void leave() {
      synchronized (KernelMeetings.this) {
        if (!hasLeft) {
          hasLeft = true;
          meeting.left++;
          if (meeting.left == meeting.seats.size()) {
            meetings.remove(key, meeting);
          }
        }
      }
    }
  }

  /**
   * A rank is about to enter the creation of a communicator.
   *
   * @param key what no other communicator has, and all ranks of this one
   * @param order by which the ranks of the new communicator are sorted first
   * @param place by which they are sorted then
   * @param keepsBits whether sums have to have the bits of NCCL's defaults
   */
  synchronized Seat join(String key, long order, int place, Device device, boolean keepsBits) {
    Meeting meeting = meetings.computeIfAbsent(key, none -> new Meeting());
    Seat seat = new Seat(key, meeting, order, place, device, keepsBits);
    meeting.seats.add(seat);
    return seat;
  }

  private Outcome find(Meeting meeting, int ranks) {
    int here = meeting.seats.size();
    if (ranks < 2) {
      return new Outcome(null, "there is only one rank");
    }
    if (ranks > KernelCalls.MOST_RANKS) {
      return new Outcome(
          null, ranks + " ranks are more than the " + KernelCalls.MOST_RANKS + " of own kernels");
    }
    if (here != ranks) {
      return new Outcome(
          null,
          "only "
              + here
              + " of "
              + ranks
              + " ranks are in this process and ask for own kernels alike");
    }
    if (ranks > 2 && meeting.seats.stream().anyMatch(seat -> seat.keepsBits)) {
      return new Outcome(null, "sums of more than two ranks have other bits than NCCL's defaults");
    }
    List<Device> devices =
        meeting.seats.stream()
            .sorted(
                Comparator.comparingLong((Seat seat) -> seat.order)
                    .thenComparingInt(seat -> seat.place))
            .map(seat -> seat.device)
            .toList();
    try {
      return new Outcome(opener.apply(devices), "");
    } catch (UnsupportedOperationException refused) {
      return new Outcome(null, String.valueOf(refused.getMessage()));
    }
  }
}
