package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.SUCCESS;
import static org.jccl.conformance.liars.Lies.UNHANDLED_CUDA_ERROR;
import static org.jccl.conformance.liars.Lies.answer;
import static org.jccl.conformance.liars.Lies.change;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.recode;
import static org.jccl.conformance.liars.Lies.skip;
import static org.jccl.conformance.liars.Lies.swallow;
import static org.jccl.conformance.liars.Lies.typed;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jccl.CollectiveException;
import org.jccl.DeviceRange;
import org.jccl.Stream;
import org.jccl.Work;
import org.jccl.WorkBody;
import org.jspecify.annotations.Nullable;

/** Liars about streams and graphs (chapter 7: STR). */
final class StreamLiars {
  private StreamLiars() {}

  static List<Liar> all() {
    Predicate<ForwardedCall> sums = raw("allReduce");
    return List.of(
        liar("Enqueues on a stream of its own", change(typed("allReduce"), StreamLiars::elsewhere))
            .breaks("STR-01", "chain")
            .breaks("STR-03", "the later operation's result is"),
        liar("Enqueues everything on the null stream", change(sums, "stream", stream -> 0))
            .breaks("STR-03", "the later operation overtook the held one")
            .breaks("STR-05", "the free stream of a group did not wait"),
        liar("Is done before its data is", skip(typed("allReduce")))
            .breaks("STR-02", "after synchronize is [1.0]")
            .breaks("STR-05", "the sum of stream one is [1.0]")
            .breaks("STR-11", "the sum is [1.0]")
            .breaks("STR-17", "after replay 1 is [1.0]")
            .breaks("STR-21", "the sum of all four is [1.0]"),
        liar(
                "Wants a stream of its own",
                answer(
                    sums.and(call -> call.number("stream") == 0 && call.number("count") > 0),
                    UNHANDLED_CUDA_ERROR))
            .breaks("STR-07", "on null returned 1"),
        liar("Runs one communicator only", new OneCommunicator())
            .breaks("STR-06", "the other communicator's sum is [1.0]")
            .breaks("STR-09", "the second communicator's sum is")
            .breaks("STR-10", "the second communicator's sum is"),
        liar("Answers a polled call with an error", recode(raw("broadcast"), SUCCESS, 2))
            .breaks("STR-16", "ncclBroadcast: 2"),
        liar("Lets captured and other calls into one group", conceal(raw("send", "recv")))
            .breaks("STR-18", "captured otherwise than the first one returned 0"),
        liar("Captures the ranks of a process apart", conceal(raw("groupEnd")))
            .breaks("STR-19", "ncclGroupEnd returned 0, expected 5"),
        liar("Captures no messages", skip(typed("sendRecv")))
            .breaks("STR-17", "what was passed on in every replay is [0.0]"),
        worker("Runs no work", skip(typed("run")))
            .breaks("STR-32", "the sum behind the work is [0.0]")
            .breaks("STR-33", "what was written in part is")
            .breaks("STR-34", "a wait inside a body was not refused")
            .breaks("STR-35", "what ran behind it is [0.0]")
            .breaks("STR-37", "the body ran 0 times"),
        worker("Runs work elsewhere", StreamLiars::onAnotherStream)
            .breaks("STR-32", "the sum behind the work is"),
        worker("Gives all memory", change(typed("run"), StreamLiars::givingAll))
            .breaks("STR-33", "the wait threw nothing"),
        worker("Hides what bodies throw", bodies(StreamLiars::silent))
            .breaks("STR-35", "told never"),
        worker("Runs captured work once", bodies(StreamLiars::once))
            .breaks("STR-37", "after the launches is"),
        swallows("Answers for captured events", "isReached")
            .breaks("STR-25", "isReached threw nothing"),
        swallows("Waits for what is captured", "synchronize")
            .breaks("STR-25", "synchronize threw nothing")
            .breaks("STR-26", "synchronize threw nothing"),
        swallows("Knows whether a capturing stream is idle", "isIdle")
            .breaks("STR-26", "isIdle threw nothing"),
        liar("Lets events order captures", swallow(CollectiveException.class, typed("waitFor")))
            .onDevices()
            .breaks("STR-27", "a wait for"),
        liar("Ends every capture well", swallow(CollectiveException.class, typed("endCapture")))
            .onDevices()
            .breaks("STR-27", "the end")
            .breaks("STR-28", "the end without the join"),
        swallows("Ends a capture anywhere", "endCapture")
            .breaks("STR-29", "the end on the forked stream"),
        swallows("Gives memory at any time", "allocate").breaks("STR-30", "allocate threw nothing"),
        swallows("Lets a graph launch another", "launch")
            .breaks("STR-31", "a launch threw nothing"));
  }

  /** What a capture may not do is neither done nor refused. */
  private static Liar swallows(String does, String method) {
    return liar(does, swallow(IllegalStateException.class, typed(method))).onDevices();
  }

  /** Who lies about the work on a communicator's own stream. */
  private static Liar worker(String does, Lie fault) {
    return liar(
        does,
        call -> {
          Object answer = call.honest();
          return typed("defaultStream").test(call) && answer instanceof Stream honest
              ? Forwarding.of(fault, Stream.class, honest, false)
              : answer;
        });
  }

  private static Lie bodies(UnaryOperator<WorkBody> to) {
    return change(
        typed("run"),
        call ->
            call.with("body", to.apply((WorkBody) Objects.requireNonNull(call.argument("body")))));
  }

  private static @Nullable Object onAnotherStream(ForwardedCall call) throws Throwable {
    if (!call.is("run")) {
      return call.honest();
    }
    Stream other = ((Stream) call.target()).device().newStream();
    other.run(
        (Work) Objects.requireNonNull(call.argument("work")),
        (WorkBody) Objects.requireNonNull(call.argument("body")));
    other.synchronize();
    other.close();
    return null;
  }

  private static ForwardedCall givingAll(ForwardedCall call) {
    Work work = (Work) Objects.requireNonNull(call.argument("work"));
    WorkBody body = (WorkBody) Objects.requireNonNull(call.argument("body"));
    WorkBody lying =
        memory ->
            body.run(
                range ->
                    declares(work, range)
                        ? memory.of(range)
                        : MemorySegment.ofArray(new byte[Math.toIntExact(range.bytes())]));
    return call.with("body", lying);
  }

  private static boolean declares(Work work, DeviceRange range) {
    return work.reads().stream().anyMatch(each -> holds(each, range))
        || work.writes().stream().anyMatch(each -> holds(each, range));
  }

  private static boolean holds(DeviceRange whole, DeviceRange part) {
    return whole.address() <= part.address()
        && part.address() + part.bytes() <= whole.address() + whole.bytes();
  }

  private static WorkBody silent(WorkBody body) {
    return memory -> {
      try {
        body.run(memory);
      } catch (RuntimeException hidden) {
        // nobody is told
      }
    };
  }

  private static WorkBody once(WorkBody body) {
    AtomicBoolean ran = new AtomicBoolean();
    return memory -> {
      if (!ran.getAndSet(true)) {
        body.run(memory);
      }
    };
  }

  private static ForwardedCall elsewhere(ForwardedCall call) {
    return call.with("stream", call.by().defaultStream());
  }

  /** Moves the sums of one communicator at most. */
  private static final class OneCommunicator implements Lie {
    private final Map<Integer, Long> first = new ConcurrentHashMap<>();

    @Override
    public @Nullable Object answer(ForwardedCall call) throws Throwable {
      if (!call.isRaw() || !call.is("allReduce") || call.number("comm") == 0) {
        return call.honest();
      }
      long own = call.number("comm");
      return first.computeIfAbsent(call.rank(), none -> own) == own ? call.honest() : SUCCESS;
    }
  }
}
