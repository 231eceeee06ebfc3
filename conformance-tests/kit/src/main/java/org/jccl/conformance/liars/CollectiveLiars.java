package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.INVALID_ARGUMENT;
import static org.jccl.conformance.liars.Lies.IN_PROGRESS;
import static org.jccl.conformance.liars.Lies.SUCCESS;
import static org.jccl.conformance.liars.Lies.after;
import static org.jccl.conformance.liars.Lies.answer;
import static org.jccl.conformance.liars.Lies.change;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.isInPlace;
import static org.jccl.conformance.liars.Lies.isLast;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.rawOperation;
import static org.jccl.conformance.liars.Lies.received;
import static org.jccl.conformance.liars.Lies.recode;
import static org.jccl.conformance.liars.Lies.skip;
import static org.jccl.conformance.liars.Lies.spoil;
import static org.jccl.conformance.liars.Lies.swallow;
import static org.jccl.conformance.liars.Lies.typed;
import static org.jccl.conformance.liars.Lies.typedOperation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jccl.Communicator;
import org.jccl.DeviceBuffer;
import org.jspecify.annotations.Nullable;

/** Liars about collectives (chapter 6: COL). */
final class CollectiveLiars {
  private CollectiveLiars() {}

  static List<Liar> all() {
    List<Liar> all = new ArrayList<>(data());
    all.addAll(arguments());
    return all;
  }

  private static List<Liar> data() {
    return List.of(
        liar(
                "Leaves the last element of a reduction out",
                change(typed("allReduce"), call -> shortened(call, 0)))
            .breaks("COL-10", "elements are wrong"),
        liar(
                "Writes one element more than there are",
                after(typedOperation(), CollectiveLiars::writePast))
            .breaks("COL-07", "outside the receive range"),
        liar(
                "Uses the send buffer as scratch memory",
                after(typed("allReduce"), CollectiveLiars::spoilSend))
            .breaks("COL-07", "of the send buffer was written"),
        liar("Reduces in place into memory that nobody sees", CollectiveLiars::reduceElsewhere)
            .breaks("COL-05", "in place")
            .breaks("COL-06", "in place"),
        liar(
                "Broadcasts what the root's neighbour has",
                change(typed("broadcast"), CollectiveLiars::neighbour))
            .breaks("COL-11", "elements are wrong"),
        liar(
                "Broadcasts from rank 0 whatever the root",
                change(raw("broadcast"), "root", root -> 0))
            .breaks("COL-11", "what root 1 sent")
            .breaks("COL-25", "the blocks of all roots is"),
        liar(
                "Knows no ncclBcast",
                answer(raw("bcast").and(call -> call.number("root") == 0), SUCCESS))
            .breaks("COL-12", "by ncclBcast"),
        liar("Reduces for the ranks that are not the root as well", CollectiveLiars::reduceForAll)
            .breaks("COL-13", "recv, root"),
        liar(
                "Delivers all blocks of a gathering but the last rank's",
                CollectiveLiars::keepLastBlock)
            .breaks("COL-14", "elements are wrong"),
        liar(
                "Scatters a reduction to the wrong ranks",
                after(typed("reduceScatter"), spoil(0, 1, 0x33)))
            .breaks("COL-15", "elements are wrong")
            .breaks("COL-16", "the block of the result is"),
        liar(
                "Leaves the blocks of an all-to-all where they are",
                change(typed("allToAll"), CollectiveLiars::firstBlock))
            .breaks("COL-17", "elements are wrong"),
        liar("Gathers nothing", skip(typed("gather"))).breaks("COL-19", "elements are wrong"),
        liar(
                "Scatters its own block only",
                after(typed("scatter").and(call -> call.by().rank() != 0), spoil(0, 1, 0x77)))
            .breaks("COL-20", "elements are wrong"),
        liar(
                "Has nothing to do for one rank",
                skip(typedOperation().and(call -> call.by().worldSize() == 1)))
            .breaks("COL-21", "elements are wrong"),
        liar("Returns when the collective is done", recode(raw("allReduce"), SUCCESS, IN_PROGRESS))
            .breaks("COL-09", "ncclAllReduce returned 7"),
        liar("Returns and does nothing", skip(raw("allReduce")))
            .breaks("COL-09", "a collective is done without rank 1")
            .breaks("COL-10", "the sum is [1.0")
            .breaks("COL-23", "a sum in memory of the library is [1.0")
            .breaks("MEM-01", "the sum with memory from the library is")
            .breaks("GRP-05", "the sum of both threads' calls is [1.0]"),
        liar("Makes no call of the last rank", answer(alone().and(Lies::isLast), null))
            .breaks("COL-10", "MISSING_RANK"),
        liar(
                "Has no uneven forms",
                skip(
                    typed(
                        "allGatherV",
                        "reduceScatterV",
                        "allToAllV",
                        "gatherV",
                        "scatterV",
                        "barrier")))
            .breaks("COL-24", "recv is [-1.0"));
  }

  private static List<Liar> arguments() {
    return List.of(
        liar(
                "Says nothing about wrong arguments",
                swallow(IllegalArgumentException.class, typedOperation()))
            .checked()
            .breaks("COL-01", "two types threw nothing")
            .breaks("COL-04", "no send buffer threw nothing")
            .breaks("COL-05", "buffers that overlap by halves threw nothing")
            .breaks("COL-08", "root -1 threw nothing")
            .breaks("COL-23", "memory of another device threw nothing")
            .breaks("COL-24", "two counts in a world of one threw nothing")
            .breaks("ARG-38", "a receive buffer too small threw nothing")
            .breaks("P2P-16", "peer -1 threw nothing")
            .breaks("PMS-04", "another communicator's operation threw nothing")
            .breaks("PMS-05", "another type's operation threw nothing")
            .breaks("RED-02", "no reduction threw nothing")
            .breaks("STR-07", "a stream of another device threw nothing"),
        liar(
                "Looks at no argument of a call of count 0",
                answer(
                    rawOperation().and(call -> call.has("count") && call.number("count") == 0),
                    SUCCESS))
            .breaks("COL-08", ", x0 returned 0")
            .breaks("ARG-01", ", x0 returned 0")
            .breaks("ARG-03", "without comm returned 0")
            .breaks("LIF-19", "returned 0, expected 5"),
        liar("Finds no root wrong", conceal(raw("bcast")))
            .breaks("COL-08", "ncclBcast with root or peer -1, x0 returned 0")
            .breaks("COL-12", "ncclBcast of [2, 2, -1] returned 0")
            .breaks("ERR-05", "root 9 returned 0"),
        liar(
                "Wants every buffer everywhere",
                answer(
                    raw("broadcast")
                        .and(call -> call.number("count") > 0 && call.number("send") == 0),
                    INVALID_ARGUMENT))
            .breaks("COL-03", "ncclBroadcast returned 4"));
  }

  /** All-reduces outside groups. */
  private static Predicate<ForwardedCall> alone() {
    return typed("allReduce").and(call -> call.target() instanceof Communicator);
  }

  private static ForwardedCall shortened(ForwardedCall call, int from) {
    DeviceBuffer send = call.buffer("send");
    DeviceBuffer recv = call.buffer("recv");
    if (send == null || recv == null || Math.min(send.count(), recv.count()) <= from) {
      return call;
    }
    long fewer = Math.min(send.count(), recv.count()) - 1;
    return call.with("send", send.slice(0, fewer)).with("recv", recv.slice(0, fewer));
  }

  /** Where there are several elements only, so that what is found is worth shrinking. */
  static ForwardedCall shortenedIfSeveral(ForwardedCall call) {
    return shortened(call, 1);
  }

  private static void writePast(ForwardedCall call) {
    DeviceBuffer recv = received(call);
    if (recv != null && !call.is("send", "recv", "sendRecv")) {
      long end = recv.address() + recv.bytes();
      recv.device().memory().fill(end, (byte) 0x77, recv.type().bytes(), call.stream());
    }
  }

  private static void spoilSend(ForwardedCall call) {
    DeviceBuffer send = call.buffer("send");
    if (send != null && send.count() > 0 && !isInPlace(call)) {
      send.fill((byte) 0x77, call.stream());
    }
  }

  private static @Nullable Object reduceElsewhere(ForwardedCall call) throws Throwable {
    DeviceBuffer recv = call.buffer("recv");
    if (recv == null || !typed("allReduce").test(call) || !isInPlace(call)) {
      return call.honest();
    }
    try (DeviceBuffer nowhere = recv.device().allocate(recv.type(), recv.count())) {
      call.with("recv", nowhere).honest();
      call.stream().synchronize();
      return null;
    }
  }

  private static ForwardedCall neighbour(ForwardedCall call) {
    long other = (call.number("root") + 1) % call.by().worldSize();
    boolean mustSend = call.by().rank() == other && call.buffer("send") == null;
    return (mustSend ? call.with("send", call.buffer("recv")) : call).with("root", other);
  }

  private static @Nullable Object reduceForAll(ForwardedCall call) throws Throwable {
    return raw("reduce").test(call)
        ? call.abi()
            .allReduce(
                call.number("send"),
                call.number("recv"),
                call.number("count"),
                (int) call.number("type"),
                (int) call.number("op"),
                call.number("comm"),
                call.number("stream"))
        : call.honest();
  }

  private static @Nullable Object keepLastBlock(ForwardedCall call) throws Throwable {
    DeviceBuffer recv = call.buffer("recv");
    if (recv == null || !typed("allGather").test(call) || isLast(call)) {
      return call.honest();
    }
    long count = recv.count() / call.by().worldSize();
    DeviceBuffer last = recv.slice((call.by().worldSize() - 1) * count, count);
    try (DeviceBuffer before = recv.device().allocate(recv.type(), count)) {
      before.copyFrom(last, call.stream());
      call.honest();
      last.copyFrom(before, call.stream());
      call.stream().synchronize();
      return null;
    }
  }

  private static ForwardedCall firstBlock(ForwardedCall call) {
    DeviceBuffer send = call.buffer("send");
    DeviceBuffer recv = call.buffer("recv");
    int n = call.by().worldSize();
    return send == null || recv == null || send.count() < n || n == 1
        ? call
        : call.with("send", send.slice(0, n)).with("recv", recv.slice(0, n));
  }
}
