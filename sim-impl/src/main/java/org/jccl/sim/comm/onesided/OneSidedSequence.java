package org.jccl.sim.comm.onesided;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongConsumer;
import org.jccl.CollectiveException;
import org.jccl.MisuseKind;
import org.jccl.ops.Operation;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.match.RunningLaunch;
import org.jccl.sim.comm.match.TimelineSlices;
import org.jccl.sim.comm.memory.SharedWindow;
import org.jccl.sim.device.Hazards.Accessor;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.StepKey;
import org.jccl.sim.math.DataPlane;
import org.jccl.sim.timeline.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * The one-sided calls of one launch, one after the other in program order (rule RMA-06); they run
 * before the launch's other operations (rule GRP-21).
 */
public final class OneSidedSequence {
  private final RunningLaunch launch;
  private final CommMember own;
  private final SharedComm comm;
  private final Signals signals;
  private final DataPlane dataPlane;
  private final List<OneSidedCall> calls;
  private final LongConsumer done;
  private int next;
  private long time;
  private boolean waits;

  /** {@code calls} of {@code launch}; {@code done} is told the virtual time of their end. */
  public OneSidedSequence(
      RunningLaunch launch,
      List<OneSidedCall> calls,
      Signals signals,
      DataPlane dataPlane,
      LongConsumer done) {
    this.launch = launch;
    this.own = launch.member();
    this.comm = own.comm();
    this.signals = signals;
    this.dataPlane = dataPlane;
    this.calls = calls;
    this.done = done;
  }

  /** The calls. */
  public List<OneSidedCall> calls() {
    return calls;
  }

  /** Their launch has started. */
  public void start(long now) {
    time = now;
    proceed();
  }

  private void proceed() {
    if (next == calls.size()) {
      done.accept(time);
    } else {
      comm.simulation().kernel().makeReady(new RunningCall(calls.get(next++)));
    }
  }

  /** The launch is given up. */
  public void leave() {
    if (waits) {
      signals.leave(own.rank());
    }
  }

  /** The ranks whose signals are missing. */
  public List<Integer> missing() {
    return waits ? signals.missing(own.rank()) : List.of();
  }

  /** Whether a call waits for signals. */
  public boolean isWaiting() {
    return waits;
  }

  /** The call that runs. */
  public String describe() {
    return running().toString();
  }

  /** Where it was made, if that is known. */
  public @Nullable Object site() {
    return running().site();
  }

  private OneSidedCall running() {
    return calls.get(Math.max(0, next - 1));
  }

  /** One call. */
  private final class RunningCall implements SimStep {
    private final OneSidedCall call;

    private final long number = own.nextOneSided();

    RunningCall(OneSidedCall call) {
      this.call = call;
    }

    @Override
    public StepKey key() {
      return new StepKey(StepKey.Kind.ONE_SIDED, comm.number(), own.rank(), number);
    }

    @Override
    public void run() {
      Steering steering = comm.simulation().kernel().steering();
      if (steering != null) {
        steering.unknown();
      }
      if (launch.isCancelled()) {
        return;
      }
      try {
        carryOut();
      } catch (CollectiveException found) {
        comm.stop(found);
      } catch (RuntimeException | Error broken) {
        // Thrown here it would end whichever rank's thread happens to run this step.
        comm.stopBroken(broken);
      }
    }

    private void carryOut() {
      if (call.kind() == OneSidedCall.Kind.WAIT_SIGNAL) {
        waits = true;
        signals.await(
            own.rank(),
            call,
            time,
            (end, known) -> {
              waits = false;
              launch.comesAfter(known);
              note(time, end);
              time = end;
              proceed();
            });
        return;
      }
      if (call.bytes() > 0) {
        copy();
      }
      if (launch.isCancelled()) {
        return; // a race was found, which stopped the communicator
      }
      long began = time;
      time += comm.simulation().cost().operation(Operation.SEND, call.bytes(), 2, 1);
      note(began, time);
      signals.raise(own.rank(), call, time, launch.order());
      proceed();
    }

    private void note(long start, long end) {
      Timeline timeline = comm.simulation().timeline();
      if (timeline != null) {
        boolean awaits = call.kind() == OneSidedCall.Kind.WAIT_SIGNAL;
        timeline
            .slice(
                TimelineSlices.lane(launch, call.stream(), next - 1),
                awaits ? "wait" : "one-sided",
                call.toString(),
                start,
                end)
            .with("communicator", comm.name())
            .with("rank", own.rank())
            .with("bytes", call.bytes())
            .with("site", call.site() == null ? null : call.site().toString())
            .end();
      }
    }

    private void copy() {
      SharedWindow window = call.window();
      CommMember peer = comm.member(call.peer());
      if (window == null || peer == null) {
        throw new IllegalStateException(call + " has no target");
      }
      SimDevice target = peer.device();
      long start = window.address(call.peer()) + call.offset();
      String end = window.endOf(call.peer());
      if (end != null) {
        comm.report(ended(peer, end));
        return;
      }
      MemorySegment from =
          own.device().memory().range(call.source(), call.bytes(), "source of " + call);
      MemorySegment to = target.memory().range(start, call.bytes(), "target of " + call);
      ReportBuilder race = race(target, start);
      if (race != null) {
        comm.report(race);
      }
      if (launch.isCancelled()) {
        return;
      }
      dataPlane.copy(from, 0, to, 0, call.bytes());
      target.memory().wrote(start, call.bytes());
    }

    /** The put comes when {@code peer} has ended its part of the window (SIM-55). */
    private ReportBuilder ended(CommMember peer, String site) {
      return new ReportBuilder(
              MisuseKind.BUFFER_FREED,
              " in "
                  + comm.name()
                  + ": "
                  + call
                  + " of "
                  + own.name()
                  + " comes to a window that "
                  + peer.name()
                  + " has ended")
          .rank(
              own.driver(),
              call + " writes there",
              call.site() == null ? null : "at " + call.site())
          .rank(peer.driver(), "deregistration", "at " + site)
          .line("let the ranks meet behind their last puts before a window ends (MEM-06, SIM-55)");
    }

    /** What the put races with where it writes, or null (SIM-60). */
    private @Nullable ReportBuilder race(SimDevice target, long start) {
      HappensBefore order = comm.simulation().order();
      Clock known = launch.order();
      if (order == null || known == null) {
        return null;
      }
      Signals.PutLane puts = signals.lane(own.rank(), order);
      Accessor put =
          new Accessor(call.stream(), puts.lane(), comm.name(), null)
              .uses(start, call.bytes(), true)
              .is(puts.next(), own.driver(), call.toString(), call.site())
              .asPut();
      if (own.device().isBeside(target)) {
        put.arrivesWith(call.stream().lane(), launch.placeOn(call.stream()));
      }
      return target.put(put, known);
    }
  }
}
