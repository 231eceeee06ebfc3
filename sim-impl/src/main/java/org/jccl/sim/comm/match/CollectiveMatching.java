package org.jccl.sim.comm.match;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jccl.CheckLevel;
import org.jccl.ops.Operation;
import org.jccl.sim.check.Contract.SequenceWindow;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.StepKey;
import org.jccl.sim.timeline.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * Where the parts of collectives meet: the k-th of each rank are one operation (rule COL-01), which
 * runs when the last rank's launch has started.
 */
public final class CollectiveMatching {
  private final SharedComm comm;
  private final Simulation simulation;
  private final DataMovement execution;
  private final RegistrationChecks registrations;
  private final SequenceWindow<Gathering> gatherings = new SequenceWindow<>();
  private final long[] joined;
  private final boolean followsData;

  /**
   * The collectives of {@code comm}.
   *
   * @param execution carries them out
   * @param registrations compares how their buffers are registered
   */
  public CollectiveMatching(
      SharedComm comm, DataMovement execution, RegistrationChecks registrations) {
    this.comm = comm;
    this.simulation = comm.simulation();
    this.execution = execution;
    this.registrations = registrations;
    this.joined = new long[comm.worldSize()];
    this.followsData = simulation.followsData();
  }

  /** A part's launch has started: with the last one, the operation can run. */
  public void arrive(LaunchedCall part) {
    int rank = part.rank();
    long number = joined[rank]++;
    Gathering gathering = gatherings.get(number);
    if (gathering == null) {
      gathering = new Gathering(number);
      gatherings.put(number, gathering);
    }
    part.meeting = gathering;
    gathering.parts[rank] = part;
    if (++gathering.arrived == joined.length) {
      simulation.kernel().makeReady(gathering);
    }
  }

  /** A rank gives up its part: the operation will never run. */
  public void leave(LaunchedCall part) {
    if (part.meeting instanceof Gathering gathering) {
      gathering.gone = true;
      gathering.parts[part.rank()] = null; // the others wait for it
    }
  }

  /** One collective: all ranks of the communicator, at one sequence number. */
  private final class Gathering implements SimStep, Match {
    final @Nullable LaunchedCall[] parts = new LaunchedCall[joined.length];
    int arrived;
    boolean gone;
    boolean ran;
    private final long number;

    Gathering(long number) {
      this.number = number;
    }

    @Override
    public StepKey key() {
      return new StepKey(StepKey.Kind.COLLECTIVE, comm.number(), 0, number);
    }

    @Override
    public void run() {
      Steering steering = simulation.kernel().steering();
      if (steering != null && !gone) {
        for (LaunchedCall part : parts) {
          if (part != null) { // else its rank has given it up
            part.launch.isToldTo(steering);
          }
        }
      }
      try {
        meet();
      } catch (RuntimeException | Error broken) {
        // Thrown here it would end whichever rank's thread happens to run this step.
        comm.stopBroken(broken);
      }
    }

    private void meet() {
      if (!gone && comm.hasRegisteredMemory() && simulation.checks() != CheckLevel.NONE) {
        registrations.compare(parts);
      }
      if (gone) {
        return;
      }
      if (simulation.order() != null) {
        order(parts);
      }
      long end = execution.collective(parts);
      if (followsData) {
        DefinedData.moved(comm, Stream.of(parts).map(LaunchedCall::present).toList());
      }
      Timeline timeline = simulation.timeline();
      if (timeline != null) {
        TimelineSlices.collective(timeline, parts, end);
      }
      ran = true;
      dropWhatRan();
      for (LaunchedCall part : parts) {
        if (part != null) {
          part.launch.partDone(end);
        }
      }
    }

    @Override
    public List<Integer> missing() {
      List<Integer> ranks = new ArrayList<>();
      for (int rank = 0; rank < parts.length; rank++) {
        if (parts[rank] == null) {
          ranks.add(rank);
        }
      }
      return ranks;
    }
  }

  /** Members of one group may run in any order. */
  private void dropWhatRan() {
    for (Gathering each = gatherings.oldest();
        each != null && each.ran;
        each = gatherings.oldest()) {
      gatherings.dropOldest();
    }
  }

  /**
   * What ranks learn of each other's past: only what the operation's data flow promises, an
   * all-reduce is a barrier, a broadcast is not.
   */
  private static void order(@Nullable LaunchedCall[] parts) {
    LaunchedCall first = LaunchedCall.present(parts[0]);
    Operation operation = first.request.operation();
    if (operation.dataFlow() == Operation.DataFlow.ROOT_TO_ALL) {
      RunningLaunch root = LaunchedCall.present(parts[first.request.rootOrPeer()]).launch;
      Clock known = root.order();
      for (int rank = 0; known != null && rank < parts.length; rank++) {
        LaunchedCall.present(parts[rank]).launch.comesAfter(known);
      }
      return;
    }
    Clock.Joint joint = new Clock.Joint();
    for (LaunchedCall part : parts) {
      LaunchedCall.present(part).launch.addOrderTo(joint);
    }
    Clock all = joint.end();
    if (operation.dataFlow() == Operation.DataFlow.ALL_TO_ALL) {
      for (LaunchedCall part : parts) {
        LaunchedCall.present(part).launch.comesAfter(all);
      }
    } else {
      LaunchedCall.present(parts[first.request.rootOrPeer()]).launch.comesAfter(all);
    }
  }
}
