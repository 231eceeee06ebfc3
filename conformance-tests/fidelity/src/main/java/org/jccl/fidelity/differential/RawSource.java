package org.jccl.fidelity.differential;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jccl.DataType;
import org.jccl.ReduceOp;
import org.jccl.conformance.data.Fold;
import org.jspecify.annotations.Nullable;

/** Calls of the raw surface, written as Java. */
final class RawSource implements Reproducer.CallSource {
  @Override
  public void begin(Source source) {
    source.line("Arena arena = Arena.ofShared();");
    source.line("MemorySegment host = arena.allocate(256, 16);");
    source.line("long[] comms = new long[8];");
    source.line("long base = memory.address();");
    source.line("List<Integer> scaledOps = new ArrayList<>();");
    source.line("List<Long> scaledOn = new ArrayList<>();");
  }

  /** A split as Java. */
  static String words(Split split) {
    return "new Split(List.of(%s), List.of(%s))"
        .formatted(numbers(split.colours()), numbers(split.keys()));
  }

  private static String numbers(List<Integer> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  @Override
  public void open(Source source, int index, @Nullable Split split) {
    String own = split == null ? "Split.world(RANKS)" : words(split);
    source.line("comms[%d] = open(rank, abi, host, %s);", index, own);
  }

  private static String address(
      List<MemoryPlan.Places> places,
      Function<MemoryPlan.Places, MemoryPlan.@Nullable Place> which) {
    List<Integer> at =
        places.stream().map(which).map(each -> each == null ? -1 : each.at()).toList();
    if (at.stream().allMatch(each -> each < 0)) {
      return "0";
    }
    String picked = Source.pick(at);
    return at.contains(-1)
        ? "(%s < 0 ? 0 : base + %s)".formatted(picked, picked)
        : "base + " + picked;
  }

  private static void noted(Source source, int step, String what, String call) {
    source.line("notes.add(\"%d %s = \" + %s);", step, what, call);
  }

  private static String reduction(
      Source source, int step, Call call, List<MemoryPlan.Places> places, String comm, String me) {
    if (!call.fold().reduces()) {
      return "";
    }
    if (call.fold() != Fold.SCALED_SUM) {
      return ", " + call.fold().builtin().code();
    }
    List<Integer> at = places.stream().map(MemoryPlan.Places::scalarAt).toList();
    String made =
        call.onDevice()
            ? "made(abi, host, DataType.%s, base + %s, 0, %s, notes, %d)"
                .formatted(call.type(), Source.pick(at), comm, step)
            : "scaled(abi, host, DataType.%s, Fold.scalar(%s), %s, notes, %d)"
                .formatted(call.type(), me, comm, step);
    source.line("int op = %s;", made);
    return ", op";
  }

  @Override
  public void call(
      Source source, int step, Call call, List<MemoryPlan.Places> places, List<Integer> sizes) {
    String comm = "comms[" + call.communicator() + "]";
    String stream = "streams[" + call.stream() + "].handle()";
    String send = address(places, MemoryPlan.Places::send);
    String recv = address(places, MemoryPlan.Places::recv);
    String size = Source.pick(sizes);
    String root = Source.pick(sizes.stream().map(call::rootIn).toList());
    String own = "own(abi, host, " + comm + ")";
    String tail = ", " + comm + ", " + stream + ")";
    String what = ", " + call.count() + ", " + call.type().code();
    String method = call.kind().method();
    source.line("{");
    if (call.kind() == Kind.ROTATION) {
      source.line("int own = %s;", own);
      noted(source, step, "ncclGroupStart", "abi.groupStart()");
      String to = ", (own + " + root + ") % " + size;
      noted(source, step, "ncclSend", "abi.send(" + send + what + to + tail);
      String from = ", Math.floorMod(own - " + root + ", " + size + ")";
      noted(source, step, "ncclRecv", "abi.recv(" + recv + what + from + tail);
      noted(source, step, method, "abi.groupEnd()");
    } else {
      String op = reduction(source, step, call, places, comm, own);
      String rooted = call.kind().operation().hasRoot() ? ", " + root : "";
      noted(
          source,
          step,
          method,
          "abi." + method + "(" + send + ", " + recv + what + op + rooted + tail);
      if (op.equals(", op")) {
        source.line("scaledOps.add(op);");
        source.line("scaledOn.add(%s);", comm);
      }
    }
    source.line("}");
  }

  @Override
  public void refused(Source source, int step, Refused refused, List<Integer> sizes) {
    String comm = "comms[" + refused.communicator() + "]";
    String size = Source.pick(sizes);
    String tail = ", " + comm + ", streams[" + refused.stream() + "].handle())";
    int type = DataType.INT32.code();
    int sum = ReduceOp.SUM.code();
    int count = refused.count();
    int s = MemoryPlan.GUARD;
    String both = "base + " + s + ", base + " + (s + MemoryPlan.SPARE) + ", ";
    String plain = both + count + ", " + type + ", ";
    String reduce = "abi.allReduce(" + plain;
    String call =
        switch (refused.wrong()) {
          case ROOT_TOO_LARGE -> "abi.broadcast(" + plain + size + tail;
          case ROOT_NEGATIVE -> "abi.reduce(" + plain + sum + ", -1" + tail;
          case PEER_TOO_LARGE ->
              "abi.send(base + " + s + ", " + count + ", " + type + ", " + size + tail;
          case TYPE -> "abi.allReduce(" + both + count + ", 12, " + sum + tail;
          case COUNT_OR_TYPE -> "abi.allGather(" + both + count + ", -1" + tail;
          case REDUCTION -> reduce + "-1" + tail;
          case REDUCTION_OR_BUFFER -> "abi.reduceScatter(" + plain + "99" + tail;
          case STALE_REDUCTION -> reduce + "other" + tail;
          case REDUCTION_OF_OTHER_TYPE ->
              "abi.allReduce(" + both + (count + 1) + ", " + type + ", other" + tail;
          case COMMUNICATOR_OR_BUFFER -> reduce + sum + tail.replace(comm, "0");
        };
    source.line("{");
    String made =
        "int other = scaled(abi, host, DataType.%s, 2, " + comm + ", notes, " + step + ");";
    String destroyed = "abi.redOpDestroy(other, " + comm + ")";
    String name = refused.wrong().toString();
    switch (refused.wrong()) {
      case STALE_REDUCTION -> {
        source.line(made, "INT32");
        noted(source, step, "ncclRedOpDestroy", destroyed);
        noted(source, step, name, call);
      }
      case REDUCTION_OF_OTHER_TYPE -> {
        source.line(made, "FLOAT32");
        source.line("int refusal = " + call + ";");
        noted(source, step, "ncclRedOpDestroy", destroyed);
        noted(source, step, name, "refusal");
      }
      default -> noted(source, step, name, call);
    }
    source.line("}");
  }

  @Override
  public void beginGroup(Source source, int step) {
    noted(source, step, "ncclGroupStart", "abi.groupStart()");
  }

  @Override
  public void beginInnerGroup(Source source, int step) {
    beginGroup(source, step);
  }

  @Override
  public void endInnerGroup(Source source, int step) {
    endGroup(source, step);
  }

  @Override
  public void endGroup(Source source, int step) {
    noted(source, step, "ncclGroupEnd", "abi.groupEnd()");
  }

  @Override
  public void ask(Source source, int step, Step.Ask ask) {
    String comm = "comms[" + ask.communicator() + "]";
    String call =
        switch (ask.question()) {
          case SIZE -> "abi.commCount(" + comm + ", host)";
          case RANK -> "abi.commUserRank(" + comm + ", host)";
          case STATE -> "abi.commGetAsyncError(" + comm + ", host)";
          case SIZE_OF_NULL -> "abi.commCount(0, host)";
          case RANK_INTO_NULL -> "abi.commUserRank(" + comm + ", MemorySegment.NULL)";
          case GROUP_END -> "abi.groupEnd()";
          case DESTROY_BUILT_IN -> "abi.redOpDestroy(" + ReduceOp.SUM.code() + ", " + comm + ")";
        };
    source.line("host.set(ValueLayout.JAVA_INT, 0, -77);");
    noted(source, step, ask.question().toString(), "answer(" + call + ", host)");
  }

  @Override
  public void state(Source source, int index) {
    source.line("host.set(ValueLayout.JAVA_INT, 0, -77);");
    source.line(
        "notes.add(STEPS + \" communicator %d = \" + answer(abi.commGetAsyncError(comms[%d], host), host));",
        index, index);
  }

  @Override
  public void end(Source source) {
    source.line("for (int i = 0; i < scaledOps.size(); i++) {");
    source.line("abi.redOpDestroy(scaledOps.get(i), scaledOn.get(i));").line("}");
    source.line("for (long comm : comms) {").line("abi.commDestroy(comm);").line("}");
    source.line("arena.close();");
  }

  @Override
  public String none() {
    return "0";
  }

  @Override
  public String helpers() {
    return ReproducerText.RAW_HELPERS;
  }
}
