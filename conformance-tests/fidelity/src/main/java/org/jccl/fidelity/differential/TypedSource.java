package org.jccl.fidelity.differential;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jccl.conformance.data.Fold;
import org.jspecify.annotations.Nullable;

/** Calls of the typed surface, written as Java. */
final class TypedSource implements Reproducer.CallSource {
  @Override
  public void begin(Source source) {
    source.line("Communicator[] comms = new Communicator[8];");
  }

  @Override
  public void open(Source source, int index, @Nullable Split split) {
    if (split == null) {
      source.line("comms[%d] = rank.communicator();", index);
    } else {
      source.line("comms[%d] = open(rank, %s);", index, RawSource.words(split));
    }
  }

  private static String note(int step, String what) {
    return "notes.add(\"" + step + " " + what + " = \" + outcome(() -> ";
  }

  private static String part(
      List<MemoryPlan.Places> places,
      Function<MemoryPlan.Places, MemoryPlan.@Nullable Place> which,
      Call call) {
    List<Integer> at =
        places.stream().map(which).map(each -> each == null ? -1 : each.at()).toList();
    List<Integer> elements =
        places.stream().map(which).map(each -> each == null ? 0 : each.elements()).toList();
    return "part(memory, "
        + Source.pick(at)
        + ", "
        + Source.pick(elements)
        + ", DataType."
        + call.type()
        + ")";
  }

  private static String reduction(Call call, List<MemoryPlan.Places> places) {
    if (call.fold() != Fold.SCALED_SUM) {
      return "ReduceOp." + call.fold();
    }
    if (!call.onDevice()) {
      String own = "comms[" + call.communicator() + "]";
      return own + ".preMulSum(DataType." + call.type() + ", Fold.scalar(" + own + ".rank()))";
    }
    String at = Source.pick(places.stream().map(MemoryPlan.Places::scalarAt).toList());
    return "comms[%d].preMulSum(part(memory, %s, 1, DataType.%s))"
        .formatted(call.communicator(), at, call.type());
  }

  @Override
  public void call(
      Source source, int step, Call call, List<MemoryPlan.Places> places, List<Integer> sizes) {
    String comm = "comms[" + call.communicator() + "]";
    String send = part(places, MemoryPlan.Places::send, call);
    String recv = part(places, MemoryPlan.Places::recv, call);
    String root = Source.pick(sizes.stream().map(call::rootIn).toList());
    int most = sizes.stream().mapToInt(each -> each).max().orElse(1);
    String blocks =
        "Arrays.copyOf(%s, %s.worldSize())"
            .formatted(Source.longs(most, j -> Integer.toString(call.block(j))), comm);
    String arguments =
        switch (call.kind()) {
          case ALL_GATHER, ALL_TO_ALL -> send + ", " + recv;
          case ALL_REDUCE, REDUCE_SCATTER -> send + ", " + recv + ", " + reduction(call, places);
          case REDUCE -> send + ", " + recv + ", " + reduction(call, places) + ", " + root;
          case BROADCAST, GATHER, SCATTER -> send + ", " + recv + ", " + root;
          case ROTATION ->
              "%s, (%s.rank() + %s) %% %s.worldSize(), %s, Math.floorMod(%s.rank() - %s, %s.worldSize())"
                  .formatted(send, comm, root, comm, recv, comm, root, comm);
          case ALL_GATHER_V -> send + ", " + recv + ", " + blocks;
          case REDUCE_SCATTER_V ->
              send + ", " + recv + ", " + blocks + ", " + reduction(call, places);
          case GATHER_V, SCATTER_V -> send + ", " + recv + ", " + blocks + ", " + root;
          case ALL_TO_ALL_V -> exchange(call, comm, send, recv, most);
          case BARRIER -> "";
        };
    source.line(
        note(step, call.kind().method()).replace("%", "%%") + "%s.%s(%s%sstreams[%d])));",
        comm,
        call.kind().method(),
        arguments,
        arguments.isEmpty() ? "" : ", ",
        call.stream());
  }

  private static String exchange(Call call, String comm, String send, String recv, int most) {
    String out = table(most, i -> Source.longs(most, j -> Integer.toString(call.block(i, j))));
    String in = table(most, i -> Source.longs(most, j -> Integer.toString(call.block(j, i))));
    String cut = "Arrays.copyOf(%s[%s.rank()], %s.worldSize())";
    return send
        + ", "
        + cut.formatted(out, comm, comm)
        + ", "
        + recv
        + ", "
        + cut.formatted(in, comm, comm);
  }

  private static String table(int size, java.util.function.IntFunction<String> row) {
    return IntStream.range(0, size)
        .mapToObj(row)
        .map(each -> each.substring("new long[] ".length()))
        .collect(java.util.stream.Collectors.joining(", ", "new long[][] {", "}"));
  }

  @Override
  public void refused(Source source, int step, Refused refused, List<Integer> sizes) {
    String comm = "comms[" + refused.communicator() + "]";
    int count = refused.count() + 1;
    String place = "part(memory, %d, %d, DataType.%s)";
    String send = place.formatted(MemoryPlan.GUARD, count, "INT32");
    int at = MemoryPlan.GUARD + MemoryPlan.SPARE;
    String recv = place.formatted(at, count, "INT32");
    String stream = "streams[" + refused.stream() + "]";
    String both = send + ", " + recv + ", ";
    String body =
        switch (refused.wrong()) {
          case ROOT_TOO_LARGE -> comm + ".broadcast(" + both + comm + ".worldSize(), ";
          case ROOT_NEGATIVE -> comm + ".reduce(" + both + "ReduceOp.SUM, -1, ";
          case PEER_TOO_LARGE -> comm + ".send(" + send + ", " + comm + ".worldSize(), ";
          case TYPE ->
              comm
                  + ".allReduce("
                  + send
                  + ", "
                  + place.formatted(at, count, "FLOAT32")
                  + ", ReduceOp.SUM, ";
          case COUNT_OR_TYPE ->
              comm
                  + ".allReduce("
                  + send
                  + ", "
                  + place.formatted(at, count - 1, "INT32")
                  + ", ReduceOp.SUM, ";
          case REDUCTION -> comm + ".allReduce(" + both + "null, ";
          case REDUCTION_OR_BUFFER -> comm + ".allReduce(null, " + recv + ", ReduceOp.SUM, ";
          case STALE_REDUCTION, REDUCTION_OF_OTHER_TYPE -> comm + ".allReduce(" + both + "other, ";
          case COMMUNICATOR_OR_BUFFER -> comm + ".allGather(" + send + ", null, ";
        };
    String call = body + stream + ");";
    source.line("notes.add(\"%d %s = \" + outcome(() -> {", step, refused.wrong());
    switch (refused.wrong()) {
      case STALE_REDUCTION ->
          source
              .line("PreMulSum other = " + comm + ".preMulSum(DataType.INT32, 2);")
              .line("other.close();")
              .line(call);
      case REDUCTION_OF_OTHER_TYPE ->
          source
              .line("try (PreMulSum other = " + comm + ".preMulSum(DataType.FLOAT32, 2)) {")
              .line(call)
              .line("}");
      default -> source.line(call);
    }
    source.line("}));");
  }

  @Override
  public void beginGroup(Source source, int step) {
    source.line("notes.add(%d + \" group = \" + outcome(() -> comms[0].group(outer -> {", step);
  }

  @Override
  public void beginInnerGroup(Source source, int step) {
    source.line("comms[0].group(inner -> {");
  }

  @Override
  public void endInnerGroup(Source source, int step) {
    source.line("});");
  }

  @Override
  public void endGroup(Source source, int step) {
    source.line("})));");
  }

  @Override
  public void ask(Source source, int step, Step.Ask ask) {
    String comm = "comms[" + ask.communicator() + "]";
    String answer =
        switch (ask.question()) {
          case SIZE, SIZE_OF_NULL -> comm + ".worldSize()";
          case RANK, RANK_INTO_NULL -> comm + ".rank()";
          case STATE -> comm + ".asyncError()";
          case GROUP_END -> "outcome(() -> " + comm + ".group(empty -> {}))";
          case DESTROY_BUILT_IN -> comm + ".state()";
        };
    source.line("notes.add(\"%d %s = \" + %s);", step, ask.question(), answer);
  }

  @Override
  public void state(Source source, int index) {
    source.line(
        "notes.add(STEPS + \" communicator %d = \" + comms[%d].state() + \" \" + comms[%d].asyncError());",
        index, index, index);
  }

  @Override
  public void end(Source source) {
    source.line("for (int i = 1; i < comms.length; i++) {");
    source.line("if (comms[i] != null) {").line("comms[i].close();").line("}").line("}");
  }

  @Override
  public String none() {
    return "null";
  }

  @Override
  public String helpers() {
    return ReproducerText.TYPED_HELPERS;
  }
}
