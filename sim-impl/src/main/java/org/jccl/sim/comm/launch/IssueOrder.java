package org.jccl.sim.comm.launch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jspecify.annotations.Nullable;

/**
 * The collectives of all communicators that one program has issued to one device, in that order,
 * from the first one that could not be done yet if each device did one after the other.
 */
final class IssueOrder {
  /** A communicator among others on the device. */
  interface User {
    /** There is another one to be in order with. */
    void begin();

    /** Whether nothing of it is issued any more. */
    boolean isOver();
  }

  private final List<User> communicators = new ArrayList<>();
  private final ArrayDeque<LaunchedCall> open = new ArrayDeque<>();
  private final MixedOrders kinds = new MixedOrders();

  /** How its communicators are launched. */
  MixedOrders kinds() {
    return kinds;
  }

  /** A communicator uses the device. With a second one there is an order among them. */
  void add(User communicator) {
    communicators.removeIf(User::isOver);
    communicators.add(communicator);
    if (communicators.size() > 1) {
      communicators.forEach(User::begin);
    }
  }

  /** The call that would be done next, or null. */
  @Nullable LaunchedCall head() {
    return open.peekFirst();
  }

  /** Issues a call; whether it is the next one. */
  boolean add(LaunchedCall call) {
    open.addLast(call);
    return open.size() == 1;
  }

  /**
   * The first call that waits, by events of other devices, for another one that is issued later; or
   * null. It comes behind that, whenever it was issued.
   */
  @Nullable LaunchedCall waiting(Predicate<LaunchedCall> waits) {
    for (LaunchedCall call : open) {
      if (waits.test(call)) {
        return call;
      }
    }
    return null;
  }

  /** Issues {@code call}, which comes before {@code later}. */
  void insert(LaunchedCall call, LaunchedCall later) {
    int moved = 0;
    open.addLast(call);
    for (LaunchedCall each : List.copyOf(open)) {
      moved += each == later ? 1 : 0;
      if (moved > 0 && each != call) {
        open.remove(each);
        open.addLast(each);
      }
    }
  }

  /** The next call is done, or will never be. */
  void removeHead() {
    open.removeFirst();
  }
}
