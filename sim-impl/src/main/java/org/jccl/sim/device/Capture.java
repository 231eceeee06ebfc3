package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Clock;
import org.jspecify.annotations.Nullable;

/**
 * What is recorded between the begin and the end of a capture. A stream that waits for an event
 * recorded in the capture joins it, as in CUDA, and its work has to come back (rule STR-28).
 */
public final class Capture {
  /** Says on which stream the work of a captured stream is replayed. */
  @FunctionalInterface
  public interface StreamMap {
    /** The stream that stands for {@code captured}. */
    SimStream of(SimStream captured);
  }

  /** One recorded submission; done again at each launch. */
  @FunctionalInterface
  public interface Node {
    /** Enqueues the work on the streams that {@code map} names. */
    void replay(StreamMap map);
  }

  private final SimStream origin;
  private final Thread thread = Thread.currentThread();
  private final String begun = CallSite.current();
  private final Map<SimStream, CaptureLane> lanes = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Runnable> releases = new ArrayList<>();

  /** What is ordered before the next work of a communicator, on whichever stream (rule STR-03). */
  private final Map<Object, Clock> owners = new IdentityHashMap<>();

  private @Nullable String spoiled;
  private boolean ended;

  Capture(SimStream origin) {
    this.origin = origin;
    lanes.put(origin, new CaptureLane(0, begun));
  }

  SimStream origin() {
    return origin;
  }

  /** The thread that began it. */
  Thread thread() {
    return thread;
  }

  /** Where it was begun. */
  String begun() {
    return begun;
  }

  boolean isEnded() {
    return ended;
  }

  /** Whether a mistake has made it invalid (rule STR-27): nothing more can be recorded. */
  public boolean isSpoiled() {
    return spoiled != null;
  }

  // ---------------------------------------------------------------- recording

  /** Records one submission to one stream. */
  void add(SimStream stream, Node node) {
    requireValid();
    nodes.add(node);
    lane(stream).works();
  }

  /**
   * Records one call or group of {@code owner}, whose work runs in order on all streams, and which
   * joins the streams that it uses (rules STR-03, STR-05).
   */
  public void add(Object owner, List<SimStream> streams, Node node) {
    requireValid();
    nodes.add(node);
    Clock before = owners.computeIfAbsent(owner, first -> new Clock());
    streams.forEach(stream -> before.join(lane(stream).before()));
    CaptureLane first = lane(streams.getFirst());
    first.before().join(before);
    first.works();
    before.join(first.before());
    streams.forEach(stream -> lane(stream).before().join(before));
  }

  /** Does something when the graph that is being captured is closed. */
  public void whenClosed(Runnable release) {
    releases.add(release);
  }

  /** Records something that is no work: the record of an event, or a wait for one. */
  void addMarker(Node node) {
    requireValid();
    nodes.add(node);
  }

  /** The work that is ordered before the next of a stream that takes part, as a copy. */
  Clock before(SimStream stream) {
    return lane(stream).before().copy();
  }

  /**
   * A stream waits for what was recorded after {@code work}. One that does not take part in a
   * capture yet does from now on.
   */
  void joinedBy(SimStream stream, Clock work) {
    requireValid();
    if (stream.capture() == null) {
      lanes.put(stream, new CaptureLane(lanes.size(), CallSite.current()));
      stream.capturedBy(this);
    }
    lane(stream).before().join(work);
  }

  private CaptureLane lane(SimStream stream) {
    return Objects.requireNonNull(lanes.get(stream), "a stream that takes no part");
  }

  // ---------------------------------------------------------------- mistakes

  /** The capture cannot be used any more; what the caller throws. */
  CollectiveException spoil(String cuda, String words) {
    spoiled = words;
    return failure(cuda, words);
  }

  /** What CUDA answers to a mistake that only CUDA finds. */
  static CollectiveException failure(String cuda, String words) {
    return new CollectiveException(ResultCode.UNHANDLED_CUDA_ERROR, words + ": " + cuda);
  }

  private void requireValid() {
    if (spoiled != null) {
      throw invalidated();
    }
  }

  private CollectiveException invalidated() {
    return failure(
        "cudaErrorStreamCaptureInvalidated (901)",
        "the capture of " + origin + ", begun at " + begun + ", is invalid since " + spoiled);
  }

  // ---------------------------------------------------------------- end

  /** The streams go on as ordinary ones; what was recorded is lost. */
  void abandon() {
    leave();
    releases.forEach(Runnable::run);
  }

  private void leave() {
    ended = true;
    lanes.keySet().forEach(stream -> stream.capturedBy(null));
  }

  SimGraph end() {
    if (spoiled != null) {
      abandon();
      throw invalidated();
    }
    for (SimStream stream : lanes.keySet()) {
      if (!lane(stream).isBefore(lane(origin))) {
        abandon();
        throw failure("cudaErrorStreamCaptureUnjoined (904)", unjoined(stream));
      }
    }
    leave();
    return new SimGraph(
        origin.context(), List.copyOf(lanes.keySet()), List.copyOf(nodes), List.copyOf(releases));
  }

  private String unjoined(SimStream stream) {
    CaptureLane lane = lane(stream);
    return stream
        + " joined the capture of "
        + origin
        + " (begun at "
        + begun
        + ") when it waited for an event at "
        + lane.joined()
        + ", and its work at "
        + lane.lastWork()
        + " does not come back: record an event on "
        + stream
        + " behind that work and let "
        + origin
        + " wait for it before the capture ends (STR-28)";
  }
}
