package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.INVALID_ARGUMENT;
import static org.jccl.conformance.liars.Lies.INVALID_USAGE;
import static org.jccl.conformance.liars.Lies.SUCCESS;
import static org.jccl.conformance.liars.Lies.after;
import static org.jccl.conformance.liars.Lies.answer;
import static org.jccl.conformance.liars.Lies.change;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.isLast;
import static org.jccl.conformance.liars.Lies.output;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.rawOperation;
import static org.jccl.conformance.liars.Lies.received;
import static org.jccl.conformance.liars.Lies.recode;
import static org.jccl.conformance.liars.Lies.skip;
import static org.jccl.conformance.liars.Lies.spoil;
import static org.jccl.conformance.liars.Lies.typed;
import static org.jccl.conformance.liars.Lies.typedOperation;

import java.util.List;
import java.util.function.Predicate;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;

/** Liars about types and reductions (chapter 1: VER, TYP, RED, PMS). */
final class TypeLiars {
  private TypeLiars() {}

  static List<Liar> all() {
    return List.of(
        liar("States a version of its own", output("getVersion", "version", seen -> seen + 1))
            .breaks("VER-01", "version 22810"),
        liar("Has one text for all results", answer(raw("getErrorString"), "an error"))
            .breaks("VER-02", "result 0: an error")
            .breaks("ERR-09", "a known code has the text of unknown ones"),
        liar("Has no algorithm for float8", answer(Float8.REDUCED, INVALID_USAGE))
            .breaks("VER-06", "ncclAllReduce returned 5")
            .breaks("TYP-03", "a sum of FLOAT8_E4M3 returned 5"),
        liar("Moves no messages", skip(raw("send", "recv")))
            .breaks("VER-07", "the message is [0.0]")
            .breaks("P2P-04", "around an empty one is [0.0, 0.0]")
            .breaks("P2P-06", "messages to self, last place first is [0.0")
            .breaks("P2P-09", "what came from all peers is [0.0")
            .breaks("P2P-13", "the message is [0.0]")
            .breaks("INIT-09", "a message to self is [7.0, 0.0]")
            .breaks("ARG-40", "the message is [7.0]"),
        liar("Signals whomever it is given", conceal(raw("signal")))
            .breaks("ARG-13", "peer -1 returned 0")
            .breaks("RMA-02", "ncclSignal with index 1"),
        liar(
                "Thinks that an element of two bytes has one",
                change(typed("allGather"), Data::bytewise))
            .breaks("TYP-01", "elements are wrong"),
        liar(
                "Takes an element type that there is not",
                answer(rawOperation().and(call -> call.number("type") > 11), SUCCESS))
            .breaks("TYP-02", "with type 12 returned 0, expected 4")
            .breaks("ERR-04", "a wrong call returned 0")
            .breaks("GRP-12", "a wrong type returned 0"),
        liar(
                "Confuses two similar result codes",
                recode(rawOperation(), INVALID_ARGUMENT, INVALID_USAGE))
            .breaks("TYP-02", "returned 5, expected 4")
            .breaks("ERR-06", "a sum returned 5, expected 4"),
        liar("Moves float8 on new devices only", answer(Float8.MOVED, INVALID_ARGUMENT))
            .breaks("TYP-04", "ncclAllGather returned 4")
            .breaks("TYP-05", "of no FLOAT8_E4M3 returned 4"),
        liar("Spoils a byte of what it moves", after(typed("broadcast"), spoil(0, 1, 0x5a)))
            .breaks("TYP-06", "elements are wrong")
            .breaks("COL-22", "elements are wrong"),
        liar("Rounds addresses down to whole elements", change(raw("allGather"), Data::aligned))
            .breaks("TYP-07", "the bytes"),
        liar(
                "Has the codes of two reductions mixed up",
                change(rawOperation(), "op", op -> (op & ~1) == 2 ? op ^ 1 : op))
            .breaks("RED-01", "combined by op 2"),
        liar(
                "Takes the first custom reduction before one is made",
                change(rawOperation(), "op", op -> op == 5 ? 0 : op))
            .breaks("RED-02", "with op 5"),
        liar("Adds where the larger one is asked for", Data.reduction(ReduceOp.MAX, ReduceOp.SUM))
            .breaks("RED-03", "max")
            .breaks("RED-05", "max")
            .breaks("RED-06", "max with a NaN is NaN")
            .breaks("NAN-06", "is 0x7fff (NaN)"),
        liar(
                "Takes the larger one where a sum is asked for",
                Data.reduction(ReduceOp.SUM, ReduceOp.MAX))
            .breaks("RED-07", "sums are")
            .breaks("COL-10", "elements are wrong")
            .breaks("EL-01", "no order explains element 0")
            .breaks("EL-04", "element 4 is 0x00")
            .breaks("EL-05", "element 0 is 0x01")
            .breaks("EL-06", "element 127 is")
            .breaks("RING-01", "no order of ranks explains element")
            .breaks("RING-04", "no order of ranks explains element")
            .breaks("RING-06", "no order of ranks explains element")
            .breaks("RING-07", "no order of ranks explains element")
            .breaks("RING-08", "no order of ranks explains element")
            .breaks("RING-09", "no order of ranks explains element")
            .breaks("TREE-05", "no order of ranks explains element"),
        liar("Adds integers byte by byte, without the carry", change(typedOperation(), Data::bytes))
            .breaks("RED-04", "elements are wrong"),
        liar(
                "Takes one float8 type for the other",
                change(Float8.REDUCED, "type", type -> type ^ 1))
            .breaks("RED-08", "sums of float8 is ["),
        liar("Adds where the average is asked for", Data.reduction(ReduceOp.AVG, ReduceOp.SUM))
            .breaks("RED-09", "100 and 100 give")
            .breaks("RED-11", "elements are wrong")
            .breaks("AVG-01", "avg of 300 INT8")
            .breaks("AVG-02", "1/2 is 0x3c00")
            .breaks("AVG-06", "AVG on one rank")
            .breaks("DET-04", "avg of 2000 INT8"),
        liar("Averages without dividing", change(raw("allReduce"), "op", op -> op == 4 ? 0 : op))
            .breaks("RED-10", "averages of FLOAT16 over 2 is"),
        liar(
                "Scales float8 on one rank",
                conceal(
                    call -> call.is("allReduce") && (call.isRaw() || call.by().worldSize() == 1)))
            .breaks("RED-12", "average on one rank threw nothing")
            .breaks("ARG-07", "an average of float8 over one rank (RED-12) returned 0"),
        liar(
                "Loses a bit of a single rank's data",
                after(
                    typed("allReduce").and(call -> call.by().worldSize() == 1), spoil(0, 1, 0x21)))
            .breaks("RED-13", "over one rank changes bits"),
        liar("Gives the last rank other bits than the rest", Data.LAST_DIFFERS)
            .breaks("RED-14", "differs from rank 0's"),
        liar("Adds without scaling", change(typedOperation(), Data::unscaled))
            .breaks("PMS-01", "the scaled sum")
            .breaks("STR-20", "scaled by the host's scalar is")
            .breaks("AVG-03", "3·a + 5·b, element 0 is")
            .breaks("AVG-04", "scaled_sum of 300 INT8")
            .breaks("AVG-05", "scaled_sum of 4096 FLOAT8")
            .breaks("FMA-01", "no order of ranks explains element")
            .breaks("FMA-06", "no order of ranks explains element")
            .breaks("RING-02", "no order of ranks explains element"),
        liar(
                "Forgets the scalar of a custom reduction",
                change(rawOperation(), "op", op -> op >= 5 ? 0 : op))
            .breaks("PMS-02", "the sum scaled by 3 is [4.0]")
            .breaks("PMS-06", "a sum scaled by 3, then by 5")
            .breaks("PMS-07", "the sum scaled by 3")
            .breaks("PMS-11", "the scaled sum is [2.0]")
            .breaks("PMS-12", "one rank's scaled elements is [1.0")
            .breaks("PMS-13", "a scaled sum of INT8"),
        liar(
                "Reads a scalar in device memory when it is given",
                change(raw("redOpCreatePreMulSum"), "residence", residence -> 1))
            .breaks("PMS-03", "the sum, residence"),
        liar("Takes custom reductions of other communicators and types", conceal(raw("allReduce")))
            .breaks("PMS-05", "another type's operation returned 0")
            .breaks("PMS-09", "its use returned 0"),
        liar("Destroys reductions that are not there", conceal(raw("redOpDestroy")))
            .breaks("PMS-08", "returned 0, expected 4"),
        liar("Takes an array of scalars", conceal(typed("preMulSum")))
            .breaks("PMS-10", "two scalars threw nothing"));
  }

  /** Calls about float8. */
  private static final class Float8 {
    static final Predicate<ForwardedCall> MOVED =
        call -> call.isOperation() && !call.has("op") && is(call.number("type"));
    static final Predicate<ForwardedCall> REDUCED =
        call -> call.isOperation() && call.has("op") && is(call.number("type"));

    private static boolean is(long type) {
      return type == DataType.FLOAT8_E4M3.code() || type == DataType.FLOAT8_E5M2.code();
    }
  }

  /** What is done to elements. */
  private static final class Data {
    static final Lie LAST_DIFFERS =
        after(
            typedOperation(),
            call -> {
              DeviceBuffer recv = received(call);
              if (recv != null && isLast(call)) {
                recv.slice(recv.count() - 1, 1).fill((byte) 0x11, call.stream());
              }
            });

    static Lie reduction(ReduceOp asked, ReduceOp given) {
      return change(
          typedOperation(), call -> call.argument("op") == asked ? call.with("op", given) : call);
    }

    static ForwardedCall unscaled(ForwardedCall call) {
      return call.argument("op") instanceof PreMulSum ? call.with("op", ReduceOp.SUM) : call;
    }

    static ForwardedCall aligned(ForwardedCall call) {
      return call.with("send", call.number("send") & ~3L).with("recv", call.number("recv") & ~3L);
    }

    static ForwardedCall bytewise(ForwardedCall call) {
      DeviceBuffer send = call.buffer("send");
      DeviceBuffer recv = call.buffer("recv");
      if (send == null || recv == null || send.type().bytes() != 2) {
        return call;
      }
      return call.with("send", send.as(DataType.INT8).slice(0, send.count()))
          .with("recv", recv.as(DataType.INT8).slice(0, recv.count()));
    }

    static ForwardedCall bytes(ForwardedCall call) {
      DeviceBuffer send = call.buffer("send");
      DeviceBuffer recv = call.buffer("recv");
      return send == null || recv == null || !(call.argument("op") instanceof ReduceOp.Builtin)
          ? call
          : call.with("send", send.as(DataType.INT8)).with("recv", recv.as(DataType.INT8));
    }
  }
}
