package org.jccl.sim.comm.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.onesided.OneSidedCall;
import org.jccl.sim.device.Capture;
import org.jccl.sim.device.KeptMemory;
import org.jccl.sim.device.SimMemory;
import org.jccl.sim.device.SimStream;

/** The launches of one rank that live in graphs. */
final class CapturedLaunches {
  /** Launches what a graph replays. */
  @FunctionalInterface
  interface Replay {
    void launch(List<Request> requests, List<OneSidedCall> first, GraphOrder.Replay of);
  }

  private final CommMember member;

  /** Where each captured group that lives in a graph was captured. */
  private final List<String> graphs = new ArrayList<>();

  /** Those of {@code member}. */
  CapturedLaunches(CommMember member) {
    this.member = member;
  }

  /** Each captured group that lives in a graph, in words with its line (rule LIF-06). */
  List<String> graphs() {
    return graphs;
  }

  /** Records calls; a graph that is launched hands them to {@code replay}, on its own streams. */
  void record(Capture capture, List<Request> requests, List<OneSidedCall> first, Replay replay) {
    List<Request> kept = List.copyOf(requests);
    List<OneSidedCall> keptFirst = List.copyOf(first);
    kept.forEach(each -> noteMemory(capture, each));
    String words = words(kept, keptFirst);
    graphs.add(words);
    capture.whenClosed(() -> graphs.remove(words));
    List<SimStream> streams = streams(kept, keptFirst);
    boolean isOrdered = GraphOrder.of(member.config()).ordersCaptures();
    capture.add(
        isOrdered ? this : streams.getFirst(),
        streams,
        map ->
            replay.launch(
                kept.stream()
                    .map(each -> each.on(map.of(each.stream()), map.siteOf(each.site())))
                    .toList(),
                keptFirst.stream()
                    .map(each -> each.on(map.of(each.stream()), map.siteOf(each.site())))
                    .toList(),
                new GraphOrder.Replay(capture, map)));
  }

  private static String words(List<Request> requests, List<OneSidedCall> first) {
    Object site = requests.isEmpty() ? first.getFirst().site() : requests.getFirst().site();
    String what = requests.isEmpty() ? "one-sided" : requests.getFirst().operation().label();
    return what + ", captured" + (site == null ? "" : " at " + site);
  }

  /** What a captured call uses has to be there at each launch. */
  private void noteMemory(Capture capture, Request request) {
    SimMemory memory = member.device().memory();
    Operation operation = request.operation();
    int n = member.worldSize();
    int root = operation.hasRoot() ? request.rootOrPeer() : -1;
    long bytes = request.type().bytes();
    String words = operation.label();
    Object known = request.site();
    String site =
        known == null ? member.device().simulation().lifetimes().here() : known.toString();
    if (operation.sendsAt(member.rank(), root)) {
      long sent = operation.sendElements(request.count(), n) * bytes;
      memory.captured(capture, request.send(), sent, words, site);
    }
    if (operation.receivesAt(member.rank(), root)) {
      long received = operation.receiveElements(request.count(), n) * bytes;
      memory.captured(capture, request.recv(), received, words, site);
    }
    KeptMemory scalar = request.deviceScalar();
    if (scalar != null) {
      memory.captured(capture, scalar.address(), scalar.byteSize(), words, site);
    }
  }

  private static List<SimStream> streams(List<Request> requests, List<OneSidedCall> first) {
    return Stream.concat(
            requests.stream().map(Request::stream), first.stream().map(OneSidedCall::stream))
        .distinct()
        .toList();
  }
}
