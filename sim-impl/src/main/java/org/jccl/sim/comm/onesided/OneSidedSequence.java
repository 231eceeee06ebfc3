package org.jccl.sim.comm.onesided;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongConsumer;
import org.jccl.CollectiveException;
import org.jccl.MisuseKind;
import org.jccl.ops.Operation;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.match.RunningLaunch;
import org.jccl.sim.comm.match.TimelineSlices;
import org.jccl.sim.comm.memory.SharedWindow;
import org.jccl.sim.device.Arrival;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.SimStep;
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

    RunningCall(OneSidedCall call) {
      this.call = call;
    }

    @Override
    public void run() {
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
            end -> {
              waits = false;
              note(time, end);
              time = end;
              proceed();
            });
        return;
      }
      Arrival arrival = call.bytes() == 0 ? null : copy();
      if (launch.isCancelled()) {
        return; // a race was found, which stopped the communicator
      }
      long began = time;
      time += comm.simulation().cost().operation(Operation.SEND, call.bytes(), 2, 1);
      note(began, time);
      signals.raise(own.rank(), call.peer(), call.captured(), time, arrival);
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

    private Arrival copy() {
      SharedWindow window = call.window();
      CommMember peer = comm.member(call.peer());
      if (window == null || peer == null) {
        throw new IllegalStateException(call + " has no target");
      }
      SimDevice target = peer.device();
      long start = window.address(call.peer()) + call.offset();
      long end = start + call.bytes();
      MemorySegment from =
          own.device().memory().range(call.source(), call.bytes(), "source of " + call);
      MemorySegment to = target.memory().range(start, call.bytes(), "target of " + call);
      Arrival arrival =
          new Arrival(
              start,
              end,
              own.device().index(),
              call.stream(),
              call + " of " + own + " has written");
      Arrival other = target.inDoubt(start, end, arrival.by());
      if (other != null) {
        comm.report(race(other, arrival));
        return arrival;
      }
      dataPlane.copy(from, 0, to, 0, call.bytes());
      target.memory().wrote(start, call.bytes());
      target.arrived(arrival);
      return arrival;
    }

    private ReportBuilder race(Arrival earlier, Arrival later) {
      return new ReportBuilder(
              MisuseKind.RMA_RACE,
              " in "
                  + comm.name()
                  + ": "
                  + later.words()
                  + " bytes that "
                  + earlier.words()
                  + " too, and "
                  + comm.nameOf(call.peer())
                  + " has not waited for that signal")
          .among(List.of(earlier.by()))
          .rank(later.by(), call, call.site() == null ? null : "at " + call.site())
          .line("let it wait, then signal the second writer (RMA-11, SIM-60)");
    }
  }
}
