package org.jccl.sim.comm.launch;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jccl.sim.comm.onesided.OneSidedSequence;
import org.jccl.sim.device.StreamOp;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/** A launch as something that is waited for: words, and the ranks on whom it depends. */
final class LaunchWait implements Wait {
  private static final int MOST_NAMED = 3;

  private final Launch launch;

  LaunchWait(Launch launch) {
    this.launch = launch;
  }

  @Override
  public String describe() {
    OneSidedSequence oneSided = launch.oneSided();
    if (oneSided != null) {
      return oneSided.describe() + " of " + communicator();
    }
    List<LaunchedCall> parts = launch.parts();
    if (parts.isEmpty()) {
      return "an empty group of " + communicator();
    }
    List<LaunchedCall> unanswered = unanswered();
    String calls =
        unanswered.stream()
            .limit(MOST_NAMED)
            .map(part -> launch.member().caller().words(part.call()))
            .collect(Collectors.joining(" and "));
    String more = unanswered.size() > MOST_NAMED ? " and more" : "";
    String group = parts.size() > 1 ? " in a group of " + parts.size() : "";
    String lost = launch.queue().isLost() ? ", which is lost" : "";
    return calls + more + group + " of " + communicator() + lost;
  }

  /** Its parts that other ranks have to answer; the first one if it has not come to that yet. */
  private List<LaunchedCall> unanswered() {
    List<LaunchedCall> parts = launch.parts();
    List<LaunchedCall> open = parts.stream().filter(part -> !part.missing().isEmpty()).toList();
    return open.isEmpty() ? parts.subList(0, Math.min(1, parts.size())) : open;
  }

  @Override
  public List<String> operations() {
    OneSidedSequence oneSided = launch.oneSided();
    if (oneSided != null) {
      return oneSided.site() == null
          ? List.of()
          : List.of(oneSided.describe() + "\n      at " + oneSided.site());
    }
    return unanswered().stream()
        .filter(part -> part.call().site() != null)
        .limit(MOST_NAMED)
        .map(
            part ->
                launch.member().caller().words(part.call()) + "\n      at " + part.call().site())
        .toList();
  }

  @Override
  public String communicator() {
    return launch.member().comm().name();
  }

  @Override
  public Nature nature() {
    OneSidedSequence oneSided = launch.oneSided();
    if (oneSided != null && oneSided.isWaiting()) {
      return Nature.SIGNAL;
    }
    return launch.parts().stream().anyMatch(part -> !part.missing().isEmpty() && part.isMessage())
        ? Nature.MESSAGE
        : Nature.COLLECTIVE;
  }

  /** The ranks whose part is missing. */
  private Set<Integer> missing() {
    Set<Integer> ranks = new TreeSet<>();
    launch.parts().forEach(part -> ranks.addAll(part.missing()));
    ranks.remove(launch.member().rank()); // it has come, and what it sends is lost
    return ranks;
  }

  @Override
  public List<Integer> ranks() {
    Set<Integer> ranks = new TreeSet<>();
    OneSidedSequence oneSided = launch.oneSided();
    if (oneSided != null) {
      ranks.addAll(oneSided.missing());
    }
    missing().forEach(rank -> ranks.add(launch.member().comm().driver(rank)));
    return List.copyOf(ranks);
  }

  @Override
  public List<String> reasons() {
    return launch.member().comm().whoClosed(missing());
  }

  @Override
  public Wait root() {
    Wait before = launch.before();
    return before == null ? this : before.root();
  }

  @Override
  public boolean passesEvent() {
    if (isBehindEvent(launch)) {
      return true;
    }
    for (int rank : missing()) {
      LaunchQueue other = launch.queue().ranks().of(rank);
      Launch stuck = other == null ? null : other.firstUnstarted();
      if (stuck != null && isBehindEvent(stuck)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it cannot start before another stream has come to an event. */
  private static boolean isBehindEvent(Launch stuck) {
    Wait before = stuck.before();
    Launch ahead = launchOf(before);
    return ahead != null ? isBehindEvent(ahead) : before != null && before.passesEvent();
  }

  private static @Nullable Launch launchOf(@Nullable Wait before) {
    if (before instanceof LaunchWait known) {
      return known.launch;
    }
    return before instanceof StreamOp op ? Launch.of(op) : null;
  }
}
