package org.jccl.sim.comm.launch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.check.Contract.SequenceWindow;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jspecify.annotations.Nullable;

/**
 * The order in which devices are given the collectives of one communicator among those of others.
 * Nothing else keeps collectives of different communicators from waiting for each other, over two
 * devices or round a grid of them (rules STR-09, GRP-19; SIM-18, SIM-19).
 *
 * <p>It is judged by devices that do one collective after the other, in the order in which they
 * were issued: what such devices can do has a common order. Where they come to a halt, the orders
 * of issue close a circle. That depends on no schedule, nor on streams, events and host waits: they
 * only add to the order of issue.
 */
public final class CommunicatorOrder implements IssueOrder.User {
  /** One collective: what its ranks have issued. */
  private final class Collective {
    final @Nullable LaunchedCall[] calls = new LaunchedCall[comm.worldSize()];
    int issued;

    /** On how many devices it is the next one. */
    int heads;

    boolean isNextEverywhere() {
      return heads == calls.length;
    }

    boolean isHeldUp() {
      return issued > heads;
    }

    boolean hasPartIn(Launch launch) {
      for (LaunchedCall call : calls) {
        if (call != null && call.launch() == launch) {
          return true;
        }
      }
      return false;
    }

    CommunicatorOrder order() {
      return CommunicatorOrder.this;
    }
  }

  private final SharedComm comm;
  private final @Nullable IssueOrder[] places;
  private final LaunchQueues ranks;
  private final SequenceWindow<Collective> open = new SequenceWindow<>();
  private boolean begun;
  private long first;

  /** The order on the devices of {@code comm}, whose launches are {@code ranks}. */
  public CommunicatorOrder(SharedComm comm, LaunchQueues ranks) {
    this.comm = comm;
    this.ranks = ranks;
    this.places = new IssueOrder[comm.worldSize()];
  }

  /** All ranks are there; alone on its device a rank waits for nobody. */
  public void complete(IssueOrders orders) {
    if (comm.worldSize() < 2) {
      return;
    }
    for (CommMember member : comm.present()) {
      places[member.rank()] = orders.of(member);
    }
    for (IssueOrder place : places) {
      if (place != null) {
        place.add(this);
      }
    }
    for (CommMember member : comm.present()) {
      IssueOrder place = places[member.rank()];
      LaunchQueue queue = ranks.of(member.rank());
      if (place != null && queue != null) {
        place.kinds().add(queue);
      }
    }
  }

  /** What is issued from now on counts. */
  @Override
  public void begin() {
    if (!begun) {
      begun = true;
      for (CommMember member : comm.present()) {
        LaunchQueue queue = ranks.of(member.rank());
        first = Math.max(first, queue == null ? 0 : queue.collectives());
      }
    }
  }

  /** Whether there are others to compare with. */
  boolean crosses() {
    return begun;
  }

  @Override
  public boolean isOver() {
    return comm.stopped() != null || comm.isOver();
  }

  /** A rank has put {@code launch} on its streams. */
  void launched(Launch launch) {
    List<LaunchedCall> parts = launch.parts();
    for (int i = 0; i < parts.size(); i++) {
      LaunchedCall part = parts.get(i);
      if (part.order() >= first) {
        issued(part);
      }
    }
  }

  private void issued(LaunchedCall call) {
    IssueOrder place = places[call.rank()];
    if (place == null) {
      return;
    }
    dropWhatIsOver(place);
    Collective collective = open.get(call.order() - first);
    if (collective == null) {
      collective = new Collective();
      open.put(call.order() - first, collective);
    }
    collective.calls[call.rank()] = call;
    collective.issued++;
    if (launchOf(call).member().device().awaitsOtherDevices()
        && overtakes(place, collective, call)) {
      return;
    }
    if (place.add(call)) {
      collective.heads++;
      if (collective.isNextEverywhere()) {
        carryOut(collective);
      }
    } else if (collective.heads > 0) {
      judge(place);
    }
  }

  /** A call that was issued before waits for another rank's part in this collective. */
  private static boolean overtakes(IssueOrder place, Collective collective, LaunchedCall call) {
    LaunchedCall later = place.waiting(other -> launchOf(other).waitsFor(collective::hasPartIn));
    if (later == null) {
      return false;
    }
    boolean atHead = place.head() == later;
    place.insert(call, later);
    Collective moved = collectiveOf(later);
    if (atHead && moved != null) {
      moved.heads--;
      collective.heads++;
    }
    if (collective.isNextEverywhere()) {
      carryOut(collective);
    } else if (collective.heads > 0) {
      judge(place);
    }
    return true;
  }

  // ---------------------------------------------------------------- one after the other

  /** Calls of ranks that have ended, or of a communicator that was stopped, hold nothing up. */
  private static void dropWhatIsOver(IssueOrder place) {
    LaunchedCall head = place.head();
    while (head != null && isGone(head)) {
      Collective left = collectiveOf(head);
      if (left != null) {
        left.calls[head.rank()] = null;
      }
      place.removeHead();
      head = place.head();
      Collective next = head == null ? null : collectiveOf(head);
      if (next != null) {
        next.heads++;
        if (next.isNextEverywhere()) {
          carryOut(next);
          head = place.head();
        }
      }
    }
  }

  private static boolean isGone(LaunchedCall call) {
    CommMember member = launchOf(call).member();
    return member.isOver() || member.comm().stopped() != null;
  }

  /** All devices have come to {@code first}: it is done, and perhaps what comes next. */
  private static void carryOut(Collective first) {
    ArrayDeque<Collective> ready = new ArrayDeque<>();
    List<IssueOrder> exposed = new ArrayList<>();
    ready.add(first);
    while (!ready.isEmpty()) {
      Collective done = ready.removeFirst();
      CommunicatorOrder order = done.order();
      for (int rank = 0; rank < done.calls.length; rank++) {
        IssueOrder place = order.places[rank];
        if (place != null && done.calls[rank] != null) {
          place.removeHead();
          expose(place, ready, exposed);
        }
      }
      order.forget(done);
    }
    for (IssueOrder place : exposed) {
      judge(place);
    }
  }

  private static void expose(
      IssueOrder place, ArrayDeque<Collective> ready, List<IssueOrder> exposed) {
    LaunchedCall head = place.head();
    Collective next = head == null ? null : collectiveOf(head);
    if (next != null) {
      next.heads++;
      if (next.isNextEverywhere()) {
        ready.add(next);
      } else if (next.isHeldUp()) {
        exposed.add(place);
      }
    }
  }

  private void forget(Collective done) {
    done.heads = -1;
    for (Collective oldest = open.oldest();
        oldest != null && oldest.heads < 0;
        oldest = open.oldest()) {
      open.dropOldest();
    }
  }

  private static @Nullable Collective collectiveOf(LaunchedCall call) {
    CommunicatorOrder order = launchOf(call).queue().ranks().order();
    return order.open.get(call.order() - order.first);
  }

  static Launch launchOf(LaunchedCall call) {
    return (Launch) call.launch();
  }

  // ---------------------------------------------------------------- where they come to a halt

  /** Whether what {@code place} would do next is held up by what can only come behind it. */
  private static void judge(IssueOrder place) {
    List<OrderCircle.Step<IssueOrder, LaunchedCall>> circle =
        new OrderCircle<IssueOrder, LaunchedCall>(CommunicatorOrder::holdsUp).through(place);
    if (!circle.isEmpty()) {
      OrderReport.tell(circle);
    }
  }

  /** On which devices the next collective of {@code place} stands behind others. */
  private static List<OrderCircle.Step<IssueOrder, LaunchedCall>> holdsUp(IssueOrder place) {
    LaunchedCall head = place.head();
    Collective next = head == null ? null : collectiveOf(head);
    if (next == null || !next.isHeldUp()) {
      return List.of();
    }
    List<OrderCircle.Step<IssueOrder, LaunchedCall>> steps = new ArrayList<>();
    CommunicatorOrder order = next.order();
    for (int rank = 0; rank < next.calls.length; rank++) {
      LaunchedCall there = next.calls[rank];
      IssueOrder other = order.places[rank];
      LaunchedCall ahead = other == null ? null : other.head();
      if (there != null && other != null && ahead != null && ahead != there && !isGone(ahead)) {
        steps.add(new OrderCircle.Step<>(other, ahead, there));
      }
    }
    return steps;
  }
}
