package org.jccl.fidelity.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.GroupMember;
import org.jccl.conformance.cases.Inputs;
import org.jccl.conformance.cases.MemoryPlan;
import org.jccl.conformance.cases.MemoryPlan.Place;
import org.jccl.conformance.cases.MemoryPlan.Places;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.Program.Surface;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.cases.Refused;
import org.jccl.conformance.cases.WorldSplit;
import org.jccl.conformance.data.Fold;
import org.jspecify.annotations.Nullable;

/** Calls written as Java, for either surface: the same arguments, and on the raw one some more. */
final class CallText {
  private final Program program;
  private final Source source;
  private final boolean raw;

  CallText(Program program, Source source) {
    this.program = program;
    this.source = source;
    this.raw = program.surface() == Surface.RAW;
  }

  private void noted(int step, String what, String call) {
    source.line("note(notes, \"%d %s\", () -> %s);", step, what, call);
  }

  private WorldSplit split(int communicator) {
    return program.communicators().get(communicator);
  }

  private @Nullable GroupMember member(int communicator, int rank) {
    WorldSplit split = split(communicator);
    return split.contains(rank) ? GroupMember.of(split, rank) : null;
  }

  private int size(int communicator, int rank) {
    GroupMember member = member(communicator, rank);
    return member == null ? 1 : member.size();
  }

  private String stream(int index) {
    return "streams[" + index + "]" + (raw ? ".handle()" : "");
  }

  private String buffer(
      List<Places> places, Function<Places, @Nullable Place> which, DataType type) {
    String at = Source.pick(places.size(), rank -> at(which.apply(places.get(rank))));
    if (raw) {
      return "address(memory, " + at + ")";
    }
    String elements = Source.pick(places.size(), rank -> elements(which.apply(places.get(rank))));
    return "part(memory, %s, %s, DataType.%s)".formatted(at, elements, type);
  }

  private static long at(@Nullable Place place) {
    return place == null ? -1 : place.at();
  }

  private static long elements(@Nullable Place place) {
    return place == null ? 0 : place.elements();
  }

  /** Writes a right call. */
  void call(int step, Placed placed, List<Places> places) {
    CallSpec call = placed.call();
    CallForm form = call.form();
    String comm = "comms[" + placed.communicator() + "]";
    String send = buffer(places, Places::send, call.type());
    String recv = buffer(places, Places::recv, call.type());
    int on = placed.communicator();
    String root = Source.pick(places.size(), rank -> call.rootIn(size(on, rank)));
    source.line("{");
    if (form.isExchange()) {
      exchange(step, placed, send, recv);
    } else {
      List<String> arguments = new ArrayList<>();
      if (!form.isBarrier()) {
        arguments.addAll(List.of(send, recv));
      }
      if (raw) {
        arguments.addAll(List.of(call.count() + "", call.type().code() + ""));
      }
      if (form.isUneven()) {
        blocks(call, comm, arguments);
      }
      if (form.reduces()) {
        arguments.add(reduction(step, placed, places));
      }
      if (form.operation().hasRoot()) {
        arguments.add("(int) " + root);
      }
      if (raw) {
        arguments.add(comm);
      }
      arguments.add(stream(placed.stream()));
      noted(
          step,
          form.method(),
          "%s.%s(%s)".formatted(raw ? "abi" : comm, form.method(), String.join(", ", arguments)));
    }
    source.line("}");
  }

  private void blocks(CallSpec call, String comm, List<String> arguments) {
    int most = program.ranks();
    String cut = "Arrays.copyOf(%s, " + comm + ".worldSize())";
    if (!call.form().sendsBlocks() || !call.form().receivesBlocks()) {
      arguments.add(cut.formatted(Source.longs(most, call::block)));
      return;
    }
    arguments.add(1, cut.formatted(table(most, call::block) + "[" + comm + ".rank()]"));
    arguments.add(cut.formatted(table(most, (i, j) -> call.block(j, i)) + "[" + comm + ".rank()]"));
  }

  private interface Length {
    long of(int i, int j);
  }

  private static String table(int size, Length length) {
    List<String> rows =
        IntStream.range(0, size).mapToObj(i -> Source.braced(size, j -> length.of(i, j))).toList();
    return "new long[][] {" + String.join(", ", rows) + "}";
  }

  private void exchange(int step, Placed placed, String send, String recv) {
    CallSpec call = placed.call();
    String comm = "comms[" + placed.communicator() + "]";
    int ranks = program.ranks();
    String to = "(int) " + Source.pick(ranks, rank -> peer(placed, rank, 1));
    String from = "(int) " + Source.pick(ranks, rank -> peer(placed, rank, -1));
    String stream = stream(placed.stream());
    if (!raw) {
      String arguments = String.join(", ", send, to, recv, from, stream);
      noted(step, "sendRecv", comm + ".sendRecv(" + arguments + ")");
      return;
    }
    String what = ", " + call.count() + ", " + call.type().code() + ", ";
    noted(step, "ncclGroupStart", "abi.groupStart()");
    noted(step, "ncclSend", "abi.send(" + String.join(", ", send + what + to, comm, stream) + ")");
    noted(
        step, "ncclRecv", "abi.recv(" + String.join(", ", recv + what + from, comm, stream) + ")");
    noted(step, "sendRecv", "abi.groupEnd()");
  }

  private long peer(Placed placed, int rank, int direction) {
    GroupMember me = member(placed.communicator(), rank);
    return me == null
        ? 0
        : Math.floorMod(me.rank() + direction * placed.call().rootIn(me.size()), me.size());
  }

  private String reduction(int step, Placed placed, List<Places> places) {
    CallSpec call = placed.call();
    if (call.fold() != Fold.SCALED_SUM) {
      return raw ? call.fold().builtin().code() + "" : "ReduceOp." + call.fold();
    }
    int ranks = program.ranks();
    String at = Source.pick(ranks, rank -> places.get(rank).scalarAt());
    String bits = Source.pick(ranks, rank -> scalar(placed, rank));
    String comm = "comms[" + placed.communicator() + "]";
    String type = "DataType." + call.type();
    boolean onDevice = call.layout().scalarOnDevice();
    if (!raw) {
      return onDevice
          ? "%s.preMulSum(part(memory, %s, 1, %s))".formatted(comm, at, type)
          : "%s.preMulSum(%s, %s.decode(%s))".formatted(comm, type, type, bits);
    }
    String arguments = "(abi, host, " + type + ", %s, " + comm + ", notes, " + step + ")";
    String made =
        onDevice
            ? "made" + arguments.formatted("memory.address() + " + at + ", 0")
            : "scaled" + arguments.formatted(bits);
    source.line("int op = " + made + ";");
    source.line("ends.add(() -> abi.redOpDestroy(op, %s));", comm);
    return "op";
  }

  private long scalar(Placed placed, int rank) {
    GroupMember me = member(placed.communicator(), rank);
    return me == null ? 0 : Inputs.GENERATED.scalar(placed.call(), me);
  }

  /** Writes a wrong call. */
  void refused(int step, Refused refused) {
    int on = refused.communicator();
    String comm = "comms[" + on + "]";
    String text = raw ? ReproducerText.raw(refused.wrong()) : ReproducerText.typed(refused.wrong());
    int count = raw ? refused.count() : refused.count() + 1;
    int at = MemoryPlan.GUARD;
    String part = raw ? "address(memory, %d)" : "part(memory, %d, " + count + ", DataType.INT32)";
    String call =
        text.replace("SEND", part.formatted(at))
            .replace("RECV", part.formatted(at + MemoryPlan.SPARE))
            .replace("SIZE", "(int) " + Source.pick(program.ranks(), rank -> size(on, rank)))
            .replace("MORE", Integer.toString(count + 1))
            .replace("COUNT", Integer.toString(count))
            .replace("FEWER", Integer.toString(count - 1))
            .replace("STREAM", stream(refused.stream()))
            .replace("COMM", comm);
    String name = refused.wrong().toString();
    boolean stale = refused.wrong() == Refused.Wrong.STALE_REDUCTION;
    boolean other = refused.wrong() == Refused.Wrong.REDUCTION_OF_OTHER_TYPE;
    source.line("{");
    if (!raw) {
      noted(step, name, call);
    } else {
      if (stale || other) {
        source.line(
            "int other = scaled(abi, host, DataType.%s, DataType.%s.encode(2), %s, notes, %d);",
            stale ? "INT32" : "FLOAT32", stale ? "INT32" : "FLOAT32", comm, step);
      }
      String destroyed = "abi.redOpDestroy(other, " + comm + ")";
      if (stale) {
        noted(step, "ncclRedOpDestroy", destroyed);
      }
      if (other) {
        source.line("int refusal = " + call + ";");
        noted(step, "ncclRedOpDestroy", destroyed);
      }
      noted(step, name, other ? "refusal" : call);
    }
    source.line("}");
  }

  /** Writes the begin of a group. */
  void beginGroup(int step, boolean inner) {
    if (raw) {
      noted(step, "ncclGroupStart", "abi.groupStart()");
    } else if (inner) {
      source.line("comms[0].group(inner -> {");
    } else {
      source.line("note(notes, \"%d group\", () -> comms[0].group(outer -> {", step);
    }
  }

  /** Writes the end of a group. */
  void endGroup(int step, boolean inner) {
    if (raw) {
      noted(step, "ncclGroupEnd", "abi.groupEnd()");
    } else {
      source.line(inner ? "});" : "}));");
    }
  }

  /** Writes a question. */
  void ask(int step, ProgramStep.Ask ask) {
    String comm = "comms[" + ask.communicator() + "]";
    String text = raw ? ReproducerText.raw(ask.question()) : ReproducerText.typed(ask.question());
    String answer = text.replace("COMM", comm);
    if (raw) {
      source.line("blank(host);");
    }
    source.line(
        "notes.add(\"%d %s = \" + %s);",
        step, ask.question(), raw ? "answer(" + answer + ", host)" : answer);
  }

  /** Writes the look at a communicator's state at the end. */
  void state(int index) {
    String comm = "comms[" + index + "]";
    source.line(
        "notes.add(STEPS + \" communicator %d = \" + %s);",
        index,
        raw
            ? "answer(abi.commGetAsyncError(" + comm + ", blank(host)), host)"
            : comm + ".state() + \" \" + " + comm + ".asyncError()");
  }
}
