package org.jccl.sim.comm;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.ops.Operation;
import org.jccl.sim.check.Report;
import org.jccl.sim.device.Arrival;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.Step;
import org.jccl.sim.timeline.Timeline;

/**
 * The one-sided calls of one launch, one after the other in program order (rule RMA-06); they run
 * before the launch's other operations (rule GRP-21).
 */
final class OneSidedProgram {
  private final Launch launch;
  private final List<OneSidedCall> calls;
  private int next;
  private long time;
  private boolean waits;

  OneSidedProgram(Launch launch, List<OneSidedCall> calls) {
    this.launch = launch;
    this.calls = calls;
  }

  List<OneSidedCall> calls() {
    return calls;
  }

  private Endpoint endpoint() {
    return launch.endpoint();
  }

  private Clique clique() {
    return launch.endpoint().clique();
  }

  void start(long now) {
    time = now;
    proceed();
  }

  private void proceed() {
    if (next == calls.size()) {
      launch.oneSidedDone(time);
    } else {
      clique().world().kernel().makeReady(new Member(calls.get(next++)));
    }
  }

  /** The launch is given up. */
  void leave() {
    if (waits) {
      clique().signals().leave(endpoint().rank());
    }
  }

  /** The ranks whose signals are missing. */
  List<Integer> missing() {
    return waits ? clique().signals().missing(endpoint().rank()) : List.of();
  }

  boolean isWaiting() {
    return waits;
  }

  String describe() {
    return calls.get(Math.max(0, next - 1)).toString();
  }

  /** One call. */
  private final class Member extends Step {
    private final OneSidedCall call;

    Member(OneSidedCall call) {
      this.call = call;
    }

    @Override
    protected void run() {
      if (launch.isCancelled()) {
        return;
      }
      try {
        carryOut();
      } catch (CollectiveException found) {
        clique().stop(found);
      } catch (RuntimeException | Error broken) {
        // Thrown here it would end whichever rank's thread happens to run this step.
        clique()
            .stop(
                new CollectiveException(
                    ResultCode.INTERNAL_ERROR, "the simulator failed: " + broken, broken));
      }
    }

    private void carryOut() {
      Signals signals = clique().signals();
      int own = endpoint().rank();
      if (call.kind() == OneSidedCall.Kind.WAIT_SIGNAL) {
        waits = true;
        signals.await(
            own,
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
      time += clique().world().cost().operation(Operation.SEND, call.bytes(), 2, 1);
      note(began, time);
      signals.raise(own, call.peer(), call.captured(), time, arrival);
      proceed();
    }

    private void note(long start, long end) {
      Timeline timeline = clique().world().timeline();
      if (timeline != null) {
        Slices.oneSided(timeline, launch, call, next - 1, start, end);
      }
    }

    private Arrival copy() {
      SharedWindow window = call.window();
      Endpoint peer = clique().member(call.peer());
      if (window == null || peer == null) {
        throw new IllegalStateException(call + " has no target");
      }
      SimDevice target = peer.device();
      long start = window.address(call.peer()) + call.offset();
      long end = start + call.bytes();
      MemorySegment from =
          endpoint().device().memory().range(call.source(), call.bytes(), "source of " + call);
      MemorySegment to = target.memory().range(start, call.bytes(), "target of " + call);
      Arrival arrival =
          new Arrival(
              start,
              end,
              endpoint().device().index(),
              call.stream(),
              call + " of " + endpoint() + " has written");
      Arrival other = target.inDoubt(start, end, arrival.by());
      if (other != null) {
        clique().report(race(other, arrival));
        return arrival;
      }
      clique().dataPlane().copy(from, 0, to, 0, call.bytes());
      target.arrived(arrival);
      return arrival;
    }

    private Report race(Arrival earlier, Arrival later) {
      return new Report(
              MisuseKind.RMA_RACE,
              " in "
                  + clique().name()
                  + ": "
                  + later.words()
                  + " bytes that "
                  + earlier.words()
                  + " too, and rank "
                  + call.peer()
                  + " has not waited for that signal")
          .among(List.of(earlier.by()))
          .rank(later.by(), call, call.site() == null ? null : "at " + call.site())
          .line("let it wait, then signal the second writer (RMA-11, SIM-60)");
    }
  }
}
