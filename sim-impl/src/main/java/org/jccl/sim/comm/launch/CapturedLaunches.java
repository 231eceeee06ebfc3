package org.jccl.sim.comm.launch;

import java.util.List;
import java.util.stream.Stream;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.onesided.OneSidedCall;
import org.jccl.sim.device.Capture;
import org.jccl.sim.device.SimStream;

/** The launches of one rank that live in graphs. */
final class CapturedLaunches {
  /** Launches what a graph replays. */
  @FunctionalInterface
  interface Replay {
    void launch(List<Request> requests, List<OneSidedCall> first);
  }

  private int graphs;

  /** How many captured groups live in graphs (rule LIF-06). */
  int graphs() {
    return graphs;
  }

  /** Records calls; a graph that is launched hands them to {@code replay}, on its own streams. */
  void record(Capture capture, List<Request> requests, List<OneSidedCall> first, Replay replay) {
    List<Request> kept = List.copyOf(requests);
    List<OneSidedCall> keptFirst = List.copyOf(first);
    graphs++;
    capture.whenClosed(() -> graphs--);
    capture.add(
        this,
        streams(kept, keptFirst),
        map ->
            replay.launch(
                kept.stream().map(each -> each.on(map.of(each.stream()))).toList(),
                keptFirst.stream().map(each -> each.on(map.of(each.stream()))).toList()));
  }

  private static List<SimStream> streams(List<Request> requests, List<OneSidedCall> first) {
    return Stream.concat(
            requests.stream().map(Request::stream), first.stream().map(OneSidedCall::stream))
        .distinct()
        .toList();
  }
}
