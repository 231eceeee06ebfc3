package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.timeline.Timeline;
import org.jspecify.annotations.Nullable;

/** The parts of one collective: all ranks of the communicator, at one sequence number. */
final class Gathering extends Meeting {
  private final Clique clique;
  private final @Nullable Part[] parts;
  private int arrived;
  private boolean gone;
  private boolean ran;

  Gathering(Clique clique) {
    this.clique = clique;
    this.parts = new Part[clique.worldSize()];
  }

  /** A rank's launch has started: with the last one, the operation can run. */
  void arrive(Part part) {
    part.meeting = this;
    parts[part.rank()] = part;
    if (++arrived == parts.length) {
      clique.world().kernel().makeReady(this);
    }
  }

  boolean hasRun() {
    return ran;
  }

  /** A rank gave up: the operation will never run. */
  void leave() {
    gone = true;
  }

  @Override
  protected void fail(RuntimeException failure) {
    clique.stop(failure);
  }

  @Override
  protected void meet() {
    if (gone) {
      return;
    }
    clique.compareRegistrations(parts);
    if (gone) {
      return;
    }
    if (clique.world().order() != null) {
      Causality.collective(parts);
    }
    long end = Execution.collective(clique, parts);
    Timeline timeline = clique.world().timeline();
    if (timeline != null) {
      Slices.collective(timeline, parts, end);
    }
    ran = true;
    clique.gatheringRan();
    for (Part part : parts) {
      if (part != null) {
        part.launch.partDone(end);
      }
    }
  }

  @Override
  List<Integer> missing() {
    List<Integer> ranks = new ArrayList<>();
    for (int rank = 0; rank < parts.length; rank++) {
      if (parts[rank] == null) {
        ranks.add(rank);
      }
    }
    return ranks;
  }
}
