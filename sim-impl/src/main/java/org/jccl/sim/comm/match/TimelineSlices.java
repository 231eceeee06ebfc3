package org.jccl.sim.comm.match;

import org.jccl.DataType;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.call.PlannedCall;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.timeline.Lane;
import org.jccl.sim.timeline.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * How operations look in a timeline. A call alone in its launch lies on its stream; of a group the
 * stream shows one slice, and each call has a lane of its own, for they run at the same time.
 */
public final class TimelineSlices {
  private static final String COLLECTIVE = "collective";
  private static final String MESSAGE = "message";
  private static final String WAIT = "wait";

  private TimelineSlices() {}

  /** The host has issued a launch. */
  public static void issued(Timeline timeline, RunningLaunch launch) {
    CommMember member = launch.member();
    int rank = launch.issuer() == null ? -1 : launch.issuer().rank();
    timeline
        .instant(
            Lane.host(member.device().index(), rank),
            "host",
            launch.describe(),
            member.caller().time())
        .end();
  }

  /** A collective has run on all its ranks; those that came early have waited. */
  static void collective(Timeline timeline, @Nullable LaunchedCall[] parts, long end) {
    long start = 0;
    for (LaunchedCall part : parts) {
      start = Math.max(start, LaunchedCall.present(part).launch.startTime());
    }
    for (LaunchedCall each : parts) {
      LaunchedCall part = LaunchedCall.present(each);
      EagerSend eager = part.eager;
      if (eager == null) {
        part(timeline, part, COLLECTIVE, start, end);
      } else {
        part(timeline, part, COLLECTIVE, part.launch.startTime(), eager.end());
      }
    }
  }

  /** A message has gone from one rank to another. */
  static void message(Timeline timeline, LaunchedCall send, LaunchedCall receive, long end) {
    long start = Math.max(send.launch.startTime(), receive.launch.startTime());
    EagerSend eager = send.eager;
    if (eager == null) {
      part(timeline, send, MESSAGE, start, end);
    } else {
      part(timeline, send, MESSAGE, send.launch.startTime(), eager.end());
    }
    part(timeline, receive, MESSAGE, start, end);
    long last = Math.max(start, end - 1);
    long left = eager == null ? start : send.launch.startTime();
    timeline.flow(MESSAGE, lane(send), left, lane(receive), last);
  }

  private static void part(
      Timeline timeline, LaunchedCall part, String category, long start, long end) {
    Lane lane = lane(part);
    Call call = part.call;
    Operation operation = call.operation();
    long came = part.launch.startTime();
    if (came < start) {
      timeline
          .slice(lane, WAIT, operation.label() + " waits", came, start)
          .with("number", call.sequence())
          .end();
    }
    CommMember member = part.launch.member();
    int bytes = DataType.ofCode(call.type()).bytes();
    Timeline.Entry entry =
        timeline
            .slice(lane, category, operation.label(), start, end)
            .with("communicator", member.comm().name())
            .with("rank", member.rank())
            .with("number", call.sequence())
            .with("count", call.count())
            .with("type", DataType.ofCode(call.type()).name())
            .with("bytes", operation.measuredBytes(call.count(), member.worldSize(), bytes));
    if (operation.reduces()) {
      entry.with("reduction", call.reductionName());
    }
    if (operation.hasRoot() || operation.hasPeer()) {
      entry.with(operation.hasRoot() ? "root" : "peer", call.rootOrPeer());
    }
    if (part.carried instanceof PlannedCall.ByChannels way) {
      entry
          .with("algorithm", way.choice().algorithm().nativeName())
          .with("protocol", way.choice().protocol().nativeName())
          .with("channels", way.split().parts());
    } else if (part.carried instanceof PlannedCall.BySymmetricKernel way) {
      entry.with("kernel", way.split().kernel().nativeName());
    } else if (part.carried instanceof PlannedCall.ByOwnKernel) {
      entry.with("kernel", "one-shot");
    }
    entry.with("in_place", call.inPlace() ? "yes" : null);
    entry.with("captured", call.captured() ? "yes" : null);
    entry.with("site", call.site() == null ? null : call.site().toString()).end();
  }

  /** What one stream shows of a launch of several calls. */
  public static void group(
      Timeline timeline, SimStream stream, RunningLaunch launch, long start, long end) {
    CommMember member = launch.member();
    timeline
        .slice(
            stream.timelineLane(), "group", "group of " + launch.members() + " calls", start, end)
        .with("communicator", member.comm().name())
        .with("rank", member.rank())
        .end();
  }

  private static Lane lane(LaunchedCall part) {
    RunningLaunch launch = part.launch;
    int first = launch.members() - launch.parts().size();
    return lane(launch, part.request.stream(), first + launch.parts().indexOf(part));
  }

  /** Where a call of a launch is shown that is its {@code place}th, from 0. */
  public static Lane lane(RunningLaunch launch, SimStream stream, int place) {
    return launch.members() == 1
        ? stream.timelineLane()
        : Lane.member(stream.device().index(), stream.number(), place);
  }
}
