package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where the ranks of a communicator meet that is split or shrunk. */
final class ChildMeeting {
  private final Creations creations;
  private final Clique parent;
  private final List<Integer> excluded;
  private final Map<Integer, ChildJob> parts = new TreeMap<>();

  ChildMeeting(Creations creations, Clique parent, List<Integer> excluded) {
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

  void arrive(int rank, ChildJob job) {
    parts.put(rank, job);
    if (parts.size() == parent.worldSize() - excluded.size()) {
      parent.children().over(this);
      form();
    }
  }

  /** A rank gives up: the others wait on. */
  void leave(int rank) {
    parts.remove(rank);
    if (parts.isEmpty()) {
      parent.children().over(this);
    }
  }

  void fail(RuntimeException why) {
    parent.children().over(this);
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
    Clique clique = null;
    int rank = 0;
    for (ChildJob job : jobs) {
      Life life = job.child();
      if (life != null) {
        clique =
            clique == null
                ? creations.newClique(life.config().name(), jobs.size(), parent)
                : clique;
        Endpoint endpoint = new Endpoint(clique, rank++, life);
        clique.join(endpoint);
        life.joined(endpoint);
      }
    }
    if (clique != null) {
      creations.made(clique);
    }
  }

  /** The ranks that have not come yet, as the world knows them. */
  List<Integer> missing() {
    List<Integer> missing = new ArrayList<>();
    for (int rank = 0; rank < parent.worldSize(); rank++) {
      if (!parts.containsKey(rank) && !excluded.contains(rank)) {
        missing.add(parent.driver(rank));
      }
    }
    return missing;
  }
}
