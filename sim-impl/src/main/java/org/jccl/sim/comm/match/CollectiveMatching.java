package org.jccl.sim.comm.match;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jccl.CheckLevel;
import org.jccl.MisuseKind;
import org.jccl.ops.Operation;
import org.jccl.sim.check.Caller;
import org.jccl.sim.check.Contract.SequenceWindow;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.Choices;
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
    Steering steering = simulation.kernel().steering();
    if ((steering != null || simulation.eagerSends()) && EagerSend.isPossibleFor(comm, part)) {
      giveEarly(gathering, part, steering);
    }
    if (++gathering.arrived < joined.length) {
      return;
    }
    EagerSend eager = gathering.eager;
    if (eager == null) {
      simulation.kernel().makeReady(gathering);
    } else {
      eager.isAwaitedBy(gathering);
    }
  }

  /** Lets {@code part} end without the others where the world is one in which it does. */
  private void giveEarly(Gathering gathering, LaunchedCall part, @Nullable Steering steering) {
    if (steering != null) {
      steering.depends(Choices.Point.EAGER_SENDS);
    }
    if (simulation.eagerSends()) {
      int pair = part.rank() * comm.worldSize() + part.rank();
      StepKey key = new StepKey(StepKey.Kind.EAGER_SEND, comm.number(), pair, gathering.number);
      EagerSend eager = new EagerSend(comm, execution, part, key);
      part.eager = eager;
      gathering.eager = eager;
      simulation.kernel().makeReady(eager);
    }
  }

  /**
   * What is wrong with a communicator that ends before all have joined what a root has begun and
   * ended; or null.
   */
  public @Nullable ReportBuilder findUnjoined() {
    for (Gathering each = gatherings.oldest(); each != null; each = gatherings.oldest()) {
      EagerSend eager = each.eager;
      if (!each.ran && !each.gone && eager != null && eager.isBuffered()) {
        return each.unjoined();
      }
      gatherings.dropOldest();
    }
    return null;
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

    /** How its root ends without the others, if it does. */
    @Nullable EagerSend eager;

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
          if (part != null && part.eager == null) { // else its rank has given it up
            part.launch.isToldTo(steering);
          }
        }
        if (eager != null) {
          steering.follows(eager);
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
      if (followsData && eager != null) {
        for (LaunchedCall part : parts) {
          if (part != null && part.eager == null) {
            DefinedData.received(part, eager.undefined());
          }
        }
      } else if (followsData) {
        DefinedData.moved(comm, Stream.of(parts).map(LaunchedCall::present).toList());
      }
      Timeline timeline = simulation.timeline();
      if (timeline != null) {
        TimelineSlices.collective(timeline, parts, end);
      }
      ran = true;
      dropWhatRan();
      for (LaunchedCall part : parts) {
        if (part != null && part.eager == null) {
          part.launch.partDone(end);
        }
      }
    }

    /** Its root has ended, and the communicator ends before all others have begun. */
    ReportBuilder unjoined() {
      List<Integer> missing = missing();
      ReportBuilder report =
          new ReportBuilder(
              MisuseKind.MISSING_RANK,
              " in "
                  + comm.name()
                  + ": "
                  + missing.stream().map(comm::nameOf).collect(Collectors.joining(", "))
                  + (missing.size() == 1 ? " has" : " have")
                  + " closed it without making a call that others have made");
      for (LaunchedCall part : parts) {
        if (part != null) {
          Caller caller = part.launch.member().caller();
          report.rank(caller, part.call, caller.site(part.call));
        }
      }
      return report.line(
          "the root of a small broadcast may end without the others; a larger one hangs (COL-01,"
              + " P2P-11)");
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
      LaunchedCall root = LaunchedCall.present(parts[first.request.rootOrPeer()]);
      EagerSend eager = root.eager;
      Clock known = eager == null ? root.launch.order() : eager.known();
      for (int rank = 0; known != null && rank < parts.length; rank++) {
        if (eager == null || rank != root.rank) {
          LaunchedCall.present(parts[rank]).launch.comesAfter(known);
        }
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
