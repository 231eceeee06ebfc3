package org.jccl.sim.comm.creation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.CommParts;
import org.jccl.sim.comm.life.Endpoint;
import org.jccl.sim.kernel.Steering;
import org.jspecify.annotations.Nullable;

/** Where the ranks of a communicator meet that is split or shrunk. */
final class ChildCreation {
  private final Bootstrap creations;
  private final CommParts parent;
  private final ChildCreations siblings;
  private final List<Integer> excluded;
  private final Map<Integer, ChildJob> parts = new TreeMap<>();

  ChildCreation(
      Bootstrap creations, ChildCreations siblings, CommParts parent, List<Integer> excluded) {
    this.siblings = siblings;
    this.creations = creations;
    this.parent = parent;
    this.excluded = excluded;
  }

  List<Integer> excluded() {
    return excluded;
  }

  boolean has(int rank) {
    return parts.containsKey(rank);
  }

  /** Whether it waits for {@code rank}. */
  boolean lacks(int rank) {
    return !has(rank) && !excluded.contains(rank);
  }

  /** The job of the first rank that has come and is one of {@code ranks}, or null. */
  @Nullable ChildJob firstOf(List<Integer> ranks) {
    for (Map.Entry<Integer, ChildJob> each : parts.entrySet()) {
      if (ranks.contains(each.getKey())) {
        return each.getValue();
      }
    }
    return null;
  }

  void arrive(int rank, ChildJob job) {
    parts.put(rank, job);
    if (parts.size() == parent.comm().worldSize() - excluded.size()) {
      siblings.over(this);
      form();
    }
  }

  /** Tells that the current event has needed all that have come. */
  void tellsArrivals(Steering steering) {
    parts.values().forEach(steering::follows);
  }

  /** A rank gives up: the others wait on. */
  void leave(int rank) {
    parts.remove(rank);
    if (parts.isEmpty()) {
      siblings.over(this);
    }
  }

  void fail(RuntimeException why) {
    siblings.over(this);
    List.copyOf(parts.values()).forEach(job -> job.failed(why));
  }

  /** Rules SPL-02, SPL-03, SHR-01: a child for each colour, ordered by key, then by old rank. */
  private void form() {
    Map<Integer, List<ChildJob>> colors = new TreeMap<>();
    for (ChildJob job : parts.values()) {
      if (job.child() != null) {
        colors.computeIfAbsent(job.color(), color -> new ArrayList<>()).add(job);
      }
    }
    colors.values().forEach(this::formOne);
    parts.values().forEach(ChildJob::formed);
  }

  private void formOne(List<ChildJob> jobs) {
    jobs.sort(Comparator.comparingInt(ChildJob::key)); // stable: ties by old rank
    CommParts made = null;
    int rank = 0;
    for (ChildJob job : jobs) {
      CommLifecycle life = job.child();
      if (life != null) {
        made = made == null ? creations.newComm(life.config().name(), jobs.size(), parent) : made;
        Endpoint.join(made, rank++, life);
      }
    }
    if (made != null) {
      creations.made(made);
    }
  }

  /** The ranks that have not come yet, as the world knows them. */
  List<Integer> missing() {
    List<Integer> missing = new ArrayList<>();
    for (int rank = 0; rank < parent.comm().worldSize(); rank++) {
      if (!parts.containsKey(rank) && !excluded.contains(rank)) {
        missing.add(parent.comm().driver(rank));
      }
    }
    return missing;
  }
}
