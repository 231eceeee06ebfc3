package org.jccl.sim.explore;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jccl.sim.kernel.Choices;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.Steering;
import org.jspecify.annotations.Nullable;

/**
 * One run as it is steered: asks its {@link Guide}, and writes down what was decided and what
 * happened. What comes before the first rank's program, or behind the first failure, is first come,
 * first served. Behind the last program only what devices still do is steered.
 */
final class Course implements Choices, Steering {
  /** All communicators: who closes his own in the end leaves them. */
  private static final String COMMUNICATORS = "communicators";

  /** What ranks tell each other on the host, at barriers of their process group. */
  private static final String HOSTS = "hosts";

  /** What ranks share in Java, where the program says that they do. */
  private static final String SHARED_STATE = "shared state";

  private final Guide guide;
  private final RunLog log = new RunLog();
  private final List<Integer> taken = new ArrayList<>();
  private final List<Integer> options = new ArrayList<>();
  private final boolean sharesState;
  private final Map<Point, Long> asked = new EnumMap<>(Point.class);
  private final Set<Integer> inside = new HashSet<>();
  private final Set<Integer> behind = new HashSet<>();
  private final List<Integer> world = new ArrayList<>();
  private final int ranks;
  private final Set<Point> dependsOn = EnumSet.noneOf(Point.class);
  private int come;
  private boolean steers;
  private boolean over;
  private int failedRank = -1;

  /** Whether all programs have ended, and a rank closes. */
  private boolean closes;

  /** Who closes then. */
  private @Nullable HostTask closing;

  Course(Guide guide, int ranks, boolean sharesState) {
    this.sharesState = sharesState;
    this.guide = guide;
    this.ranks = ranks;
  }

  // ---------------------------------------------------------------- the program

  /** A rank waits for the others to begin with it; with the last one the steered part begins. */
  void comes() {
    steers = ++come == ranks && !over;
  }

  /** A rank's program begins. */
  void programBegins(int rank) {
    inside.add(rank);
    steers = !over;
  }

  /** It has come to its end, with a failure or without. */
  void programEnds(int rank, boolean failed) {
    inside.remove(rank);
    behind.add(rank);
    if (failed && steers) {
      failedRank = rank;
      stop();
    }
  }

  @Override
  public void closes(HostTask task) {
    if (behind.size() == ranks && !over) {
      if (!steers) {
        log.parts();
      }
      closes = true;
      steers = true;
    }
  }

  /** The event in which the rank has failed that ended what is steered; or null. */
  @Nullable Transition failedEvent() {
    List<Transition> events = log.events();
    for (int i = events.size() - 1; i >= 0; i--) {
      if (events.get(i).rank == failedRank) {
        return events.get(i);
      }
    }
    return null;
  }

  /** The class of the run: equal where nothing that can be seen is in another order. */
  long classHash() {
    long hash = log.hash() + Hashes.mix(failedRank);
    for (int each : world) {
      hash = Hashes.mix(hash + each);
    }
    return hash;
  }

  private void stop() {
    log.end();
    steers = false;
    over = true;
  }

  @Override
  public void deadEnd() {
    stop();
  }

  // ---------------------------------------------------------------- what is decided

  /** A decision about the world, before there is one. */
  int world(Point point, int alternatives) {
    int value = decided(point, guide.world(point, alternatives), alternatives);
    world.add(value);
    return value;
  }

  private int decided(Point point, int value, int alternatives) {
    taken.add(value);
    options.add(alternatives);
    asked.merge(point, 1L, Long::sum);
    return value;
  }

  @Override
  public int next(Point point, List<SimStep> candidates) {
    if (!steers) {
      return 0;
    }
    log.end();
    if (behind.size() == ranks) {
      return nextAtTheEnd(point, candidates);
    }
    if (candidates.size() == 1) {
      return 0;
    }
    int value = guide.next(point, candidates, log);
    return decided(point, value, candidates.size());
  }

  /**
   * All programs have ended. How far devices get is steered until they rest, and then, from when
   * ranks begin to close what they still have, which rank closes next; who has begun to close goes
   * on until it waits.
   */
  private int nextAtTheEnd(Point point, List<SimStep> candidates) {
    List<SimStep> open = new ArrayList<>(candidates);
    if (!closes) {
      open.removeIf(HostTask.class::isInstance);
    } else if (point == Point.YIELD_AT_CALL && candidates.getFirst() == closing) {
      open.removeIf(step -> step instanceof HostTask && step != closing);
    }
    if (open.isEmpty()) {
      steers = false;
      return 0;
    }
    int value = 0;
    if (open.size() > 1) {
      value = decided(point, guide.next(point, open, log), open.size());
    }
    SimStep chosen = open.get(value);
    if (point != Point.DEVICES_AT_CALL && chosen instanceof HostTask task) {
      closing = task;
    }
    return candidates.indexOf(chosen);
  }

  @Override
  public void begins(SimStep step, boolean opens) {
    if (steers) {
      log.begin(step, opens);
      if (step instanceof HostTask task) {
        if (behind.contains(task.rank())) {
          log.effect(COMMUNICATORS, Effect.LEAVE);
        } else if (sharesState && opens) {
          log.effect(SHARED_STATE, Effect.WRITE);
        }
      }
    }
  }

  // ---------------------------------------------------------------- what happens

  @Override
  public void effect(Object thing, Effect effect) {
    if (steers) {
      log.effect(thing, effect);
    }
  }

  @Override
  public void signals(Object token) {
    log.signals(token);
  }

  @Override
  public void follows(Object token) {
    log.follows(token);
  }

  @Override
  public void depends(Point property) {
    dependsOn.add(property);
  }

  @Override
  public void hostsMeet() {
    Transition current = log.current();
    if (steers && current != null && (!current.isHost() || inside.contains(current.rank))) {
      log.effect(HOSTS, Effect.WRITE);
    }
  }

  @Override
  public void unknown() {
    Transition current = log.current();
    if (steers && current != null && (!current.isHost() || inside.contains(current.rank))) {
      log.unknown();
    }
  }

  @Override
  public void undeclared(HostTask task) {
    if (inside.contains(task.rank())) {
      unknown();
    }
  }

  // ---------------------------------------------------------------- what came of it

  /** The properties of the world without which it may have gone the same way. */
  Set<Point> dependsOn() {
    return dependsOn;
  }

  /** The world, as its decisions. */
  int[] world() {
    return world.stream().mapToInt(Integer::intValue).toArray();
  }

  RunLog log() {
    return log;
  }

  ChoiceStream stream() {
    return ChoiceStream.of(taken.stream().mapToInt(Integer::intValue).toArray());
  }

  /** How many of the decisions are about the world. */
  int worldDecisions() {
    return world.size();
  }

  /** How many alternatives there were at each choice point. */
  List<Integer> options() {
    return options;
  }

  List<Integer> taken() {
    return taken;
  }

  /** How often each kind of decision was asked for. */
  Map<Point, Long> asked() {
    return asked;
  }

  /** The rank whose failure has ended the part that is steered, or -1. */
  int failedRank() {
    return failedRank;
  }

  // ---------------------------------------------------------------- as choices

  @Override
  public int choose(Point point, int alternatives) {
    return 0;
  }

  @Override
  public boolean goesOn() {
    return false;
  }

  @Override
  public boolean yieldsAtCalls() {
    return true;
  }

  @Override
  public Steering steering() {
    return this;
  }

  @Override
  public String describe() {
    return "schedule " + guide.describe();
  }
}
