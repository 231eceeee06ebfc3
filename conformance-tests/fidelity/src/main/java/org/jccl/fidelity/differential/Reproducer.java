package org.jccl.fidelity.differential;

import java.util.List;
import java.util.stream.IntStream;
import org.jccl.fidelity.differential.WholeProgram.Surface;
import org.jspecify.annotations.Nullable;

/**
 * A program as a Java class that runs it through the same surface and prints what each rank
 * observes, so that two backends can be compared by eye.
 */
public final class Reproducer {
  /** Name of the class. */
  public static final String CLASS_NAME = "Reproducer";

  private final WholeProgram program;
  private final List<MemoryPlan> plans;
  private final Source source = new Source();
  private final CallSource calls;
  private int nextCall;
  private int nextStep;

  private Reproducer(WholeProgram program) {
    this.program = program;
    this.plans =
        IntStream.range(0, program.ranks()).mapToObj(rank -> MemoryPlan.of(program, rank)).toList();
    this.calls = program.surface() == Surface.TYPED ? new TypedSource() : new RawSource();
  }

  /** The class's source. */
  public static String of(WholeProgram program) {
    Reproducer made = new Reproducer(program);
    made.write();
    return made.source.toString();
  }

  private void write() {
    source.block(ReproducerText.IMPORTS).line("");
    program.toString().lines().forEach(line -> source.line("// " + line.replace("%", "%%")));
    source.line("public final class " + CLASS_NAME + " {");
    source.line("private static final int RANKS = %d;", program.ranks());
    source.line("private static final int STEPS = %d;", program.steps().size()).line("");
    source.block(ReproducerText.FRONT).line("");
    writeRank();
    writeImage();
    writeUnspecified();
    source.block(ReproducerText.HELPERS).line("");
    source.block(calls.helpers());
    source.line("}");
  }

  private void writeRank() {
    int bytes = plans.stream().mapToInt(MemoryPlan::bytes).max().orElseThrow();
    source.line("private static String rank(Rank rank, NcclAbi abi) {");
    source.line("int me = rank.rank();");
    source.line("rank.device().makeCurrent();");
    source.line("List<String> notes = new ArrayList<>();");
    source.line("Stream[] streams = new Stream[%d];", WholeProgram.STREAMS);
    source.line("Arrays.setAll(streams, i -> rank.device().newStream());");
    source.line("DeviceBuffer memory = rank.device().allocate(DataType.INT8, %d);", bytes);
    calls.begin(source);
    for (int index : program.usedCommunicators()) {
      Split split = program.communicators().get(index);
      calls.open(source, index, index == 0 ? null : split);
    }
    source.line("memory.copyFrom(MemorySegment.ofArray(image(me)));");
    program.steps().forEach(this::write);
    source.line("for (Stream stream : streams) {").line("stream.synchronize();").line("}");
    for (int index : program.usedCommunicators()) {
      inside(index, () -> calls.state(source, index));
    }
    source.line(
        "byte[] after = new byte[%s];",
        Source.pick(plans.stream().map(MemoryPlan::bytes).toList()));
    source.line("memory.copyTo(MemorySegment.ofArray(after));");
    source.line("leaveOutUnspecified(after, me);");
    source.line("String seen = notes + \", memory \" + Long.toHexString(crc(after));");
    calls.end(source);
    source.line("for (Stream stream : streams) {").line("stream.close();").line("}");
    source.line("memory.close();");
    source.line("return \"rank \" + me + \" \" + seen;").line("}").line("");
  }

  /** Writes what only the members of a communicator do. */
  private void inside(int communicator, Runnable body) {
    boolean some = !program.communicators().get(communicator).isComplete();
    if (some) {
      source.line("if (comms[%d] != %s) {", communicator, calls.none());
    }
    body.run();
    if (some) {
      source.line("}");
    }
  }

  private void write(Step step) {
    source.line("// step %d", nextStep);
    switch (step) {
      case Step.Alone alone -> alone(alone.act());
      case Step.Group group -> group(group);
      case Step.Captured captured -> captured(captured);
      case Step.Join join -> source.line("join(streams[%d], streams[%d]);", join.from(), join.to());
      case Step.Synchronize one -> source.line("streams[%d].synchronize();", one.stream());
      case Step.Ask ask -> inside(ask.communicator(), () -> calls.ask(source, nextStep, ask));
    }
    nextStep++;
  }

  private void alone(Act act) {
    if (act instanceof Refused refused) {
      source.line("if ((%d >>> me & 1) != 0) {", refused.who());
      act(act);
      source.line("}");
    } else {
      act(act);
    }
  }

  private void act(Act act) {
    switch (act) {
      case Call call -> {
        int index = nextCall++;
        List<MemoryPlan.Places> places = plans.stream().map(plan -> plan.call(index)).toList();
        inside(
            call.communicator(),
            () -> calls.call(source, nextStep, call, places, sizes(call.communicator())));
      }
      case Refused refused ->
          inside(
              refused.communicator(),
              () -> calls.refused(source, nextStep, refused, sizes(refused.communicator())));
    }
  }

  /** The size of each rank's communicator; 1 where it has none. */
  private List<Integer> sizes(int communicator) {
    Split split = program.communicators().get(communicator);
    return IntStream.range(0, program.ranks())
        .mapToObj(rank -> split.contains(rank) ? split.groupOf(rank).size() : 1)
        .toList();
  }

  private void group(Step.Group group) {
    int half = group.nested() ? group.acts().size() / 2 : group.acts().size();
    calls.beginGroup(source, nextStep);
    group.acts().subList(0, half).forEach(this::act);
    if (group.nested()) {
      calls.beginInnerGroup(source, nextStep);
      group.acts().subList(half, group.acts().size()).forEach(this::act);
      calls.endInnerGroup(source, nextStep);
    }
    calls.endGroup(source, nextStep);
  }

  private void captured(Step.Captured captured) {
    source.line("for (Stream stream : streams) {").line("stream.synchronize();").line("}");
    source.line("streams[%d].beginCapture();", captured.stream());
    captured.calls().forEach(this::act);
    source.line("try (Graph graph = streams[%d].endCapture()) {", captured.stream());
    for (int i = 0; i < captured.launches(); i++) {
      source.line("graph.launch(streams[%d]);", captured.stream());
    }
    source.line("streams[%d].synchronize();", captured.stream()).line("}");
  }

  private void writeImage() {
    source.line("private static byte[] image(int rank) {");
    source.line("byte[] image;");
    source.line("switch (rank) {");
    for (int rank = 0; rank < program.ranks(); rank++) {
      source.line(rank == program.ranks() - 1 ? "default -> {" : "case " + rank + " -> {");
      source.line("image = background(%d);", plans.get(rank).bytes());
      for (MemoryPlan.Fill fill : plans.get(rank).fills()) {
        fill(fill);
      }
      source.line("}");
    }
    source.line("}").line("return image;").line("}").line("");
  }

  private void fill(MemoryPlan.Fill fill) {
    Call call = fill.call();
    if (fill.size() < 0) {
      source.line(
          "scalar(image, %d, DataType.%s, Fold.scalar(%d));", fill.at(), call.type(), fill.rank());
    } else if (fill.elements() > 0) {
      source.line(
          "fill(image, %d, ExactData.of(DataType.%s, Fold.%s, %d, %d), %d, %d);",
          fill.at(),
          call.type(),
          call.fold(),
          fill.size(),
          call.seed(),
          fill.rank(),
          fill.elements());
    }
  }

  private void writeUnspecified() {
    source.line("private static void leaveOutUnspecified(byte[] after, int rank) {");
    for (int rank = 0; rank < program.ranks(); rank++) {
      for (MemoryPlan.Unspecified each : plans.get(rank).unspecified()) {
        source.line("if (rank == %d) {", rank);
        source.line("Arrays.fill(after, %d, %d, (byte) 0);", each.from(), each.to());
        source.line("}");
      }
    }
    source.line("}").line("");
  }

  /** How one surface's calls are written. */
  interface CallSource {
    void begin(Source source);

    void open(Source source, int index, @Nullable Split split);

    void call(
        Source source, int step, Call call, List<MemoryPlan.Places> places, List<Integer> sizes);

    void refused(Source source, int step, Refused refused, List<Integer> sizes);

    void beginGroup(Source source, int step);

    void beginInnerGroup(Source source, int step);

    void endInnerGroup(Source source, int step);

    void endGroup(Source source, int step);

    void ask(Source source, int step, Step.Ask ask);

    void state(Source source, int index);

    void end(Source source);

    String none();

    String helpers();
  }
}
