package org.jccl.fidelity.differential;

import java.util.List;
import java.util.stream.IntStream;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.GroupMember;
import org.jccl.conformance.cases.Inputs;
import org.jccl.conformance.cases.Invocation;
import org.jccl.conformance.cases.MemoryPlan;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.Program.Surface;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.cases.Refused;
import org.jccl.conformance.cases.WorldSplit;
import org.jccl.conformance.data.InputKind;

/**
 * A program as a Java class that runs it through the same surface and prints what each rank
 * observes, so that two backends can be compared by eye. For programs in plain memory.
 */
public final class Reproducer {
  /** Name of the class. */
  public static final String CLASS_NAME = "Reproducer";

  private final Program program;
  private final List<MemoryPlan> plans;
  private final Source source = new Source();
  private final CallText calls;
  private final boolean raw;
  private int nextCall;
  private int nextStep;

  private Reproducer(Program program) {
    this.program = program;
    this.plans =
        IntStream.range(0, program.ranks()).mapToObj(rank -> MemoryPlan.of(program, rank)).toList();
    this.raw = program.surface() == Surface.RAW;
    this.calls = new CallText(program, source);
  }

  /** The class's source. */
  public static String of(Program program) {
    Reproducer made = new Reproducer(program);
    made.write();
    return made.source.toString();
  }

  private void write() {
    source.block(ReproducerText.IMPORTS).line("");
    program.toString().lines().forEach(line -> source.line("// " + line));
    source.line("public final class " + CLASS_NAME + " {");
    source.line("private static final int RANKS = %d;", program.ranks());
    source.line("private static final int STEPS = %d;", program.steps().size()).line("");
    source.block(ReproducerText.FRONT).line("");
    writeRank();
    writeImage();
    writeUnspecified();
    source.block(ReproducerText.HELPERS).line("");
    source.block(raw ? ReproducerText.RAW_HELPERS : ReproducerText.TYPED_HELPERS);
    source.block(raw ? ReproducerText.ANSWERS : "");
    source.line("}");
  }

  private void writeRank() {
    long bytes = plans.stream().mapToLong(MemoryPlan::bytes).max().orElseThrow();
    source.line("private static String rank(Rank rank, NcclAbi abi) {");
    source.line("int me = rank.rank();");
    source.line("rank.device().makeCurrent();");
    source.line("List<String> notes = new ArrayList<>();");
    source.line("List<Runnable> ends = new ArrayList<>();");
    source.line("Stream[] streams = new Stream[%d];", Program.STREAMS);
    source.line("Arrays.setAll(streams, i -> rank.device().newStream());");
    source.line("DeviceBuffer memory = rank.device().allocate(DataType.INT8, %d);", bytes);
    open();
    source.line("memory.copyFrom(MemorySegment.ofArray(image(me)));");
    program.steps().forEach(this::write);
    source.line("for (Stream stream : streams) {").line("stream.synchronize();").line("}");
    for (int index : program.usedCommunicators()) {
      inside(index, () -> calls.state(index));
    }
    source.line("byte[] after = new byte[(int) %s];", Source.pick(plans.size(), this::bytes));
    source.line("memory.copyTo(MemorySegment.ofArray(after));");
    source.line("leaveOutUnspecified(after, me);");
    source.line("String seen = notes + \", memory \" + Long.toHexString(crc(after));");
    source.line("ends.reversed().forEach(Runnable::run);");
    source.line("for (Stream stream : streams) {").line("stream.close();").line("}");
    source.line("memory.close();");
    source.line("return \"rank \" + me + \" \" + seen;").line("}").line("");
  }

  private long bytes(int rank) {
    return plans.get(rank).bytes();
  }

  private void open() {
    if (raw) {
      source.line("MemorySegment host = Arena.ofAuto().allocate(256, 16);");
    }
    source.line("%s[] comms = new %1$s[8];", raw ? "long" : "Communicator");
    for (int index : program.usedCommunicators()) {
      WorldSplit split = program.communicators().get(index);
      if (raw) {
        source.line("comms[%d] = open(rank, abi, host, %s);", index, Source.words(split));
        source.line("ends.add(() -> abi.commDestroy(comms[%d]));", index);
      } else if (index == 0) {
        source.line("comms[0] = rank.communicator();");
      } else {
        source.line("comms[%d] = open(rank, %s);", index, Source.words(split));
        inside(index, () -> source.line("ends.add(comms[%d]::close);", index));
      }
    }
  }

  /** Writes what only the members of a communicator do. */
  private void inside(int communicator, Runnable body) {
    boolean some = !program.communicators().get(communicator).isComplete();
    if (some) {
      source.line("if (comms[%d] != %s) {", communicator, raw ? "0" : "null");
    }
    body.run();
    if (some) {
      source.line("}");
    }
  }

  private void write(ProgramStep step) {
    source.line("// step %d", nextStep);
    switch (step) {
      case ProgramStep.Alone alone -> alone(alone.act());
      case ProgramStep.Group group -> group(group);
      case ProgramStep.Captured captured -> captured(captured);
      case ProgramStep.Join join ->
          source.line("join(streams[%d], streams[%d]);", join.from(), join.to());
      case ProgramStep.Synchronize one -> source.line("streams[%d].synchronize();", one.stream());
      case ProgramStep.Ask ask -> inside(ask.communicator(), () -> calls.ask(nextStep, ask));
    }
    nextStep++;
  }

  private void alone(Invocation act) {
    if (act instanceof Refused refused) {
      source.line("if ((%d >>> me & 1) != 0) {", refused.who());
      act(act);
      source.line("}");
    } else {
      act(act);
    }
  }

  private void act(Invocation act) {
    switch (act) {
      case Placed placed -> {
        int index = nextCall++;
        List<MemoryPlan.Places> places = plans.stream().map(plan -> plan.call(index)).toList();
        inside(placed.communicator(), () -> calls.call(nextStep, placed, places));
      }
      case Refused refused ->
          inside(refused.communicator(), () -> calls.refused(nextStep, refused));
    }
  }

  private void group(ProgramStep.Group group) {
    int half = group.nested() ? group.acts().size() / 2 : group.acts().size();
    calls.beginGroup(nextStep, false);
    group.acts().subList(0, half).forEach(this::act);
    if (group.nested()) {
      calls.beginGroup(nextStep, true);
      group.acts().subList(half, group.acts().size()).forEach(this::act);
      calls.endGroup(nextStep, true);
    }
    calls.endGroup(nextStep, false);
  }

  private void captured(ProgramStep.Captured captured) {
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
      source.line("image = new byte[%d];", plans.get(rank).bytes());
      source.line("MemoryPlan.background(MemorySegment.ofArray(image));");
      plans.get(rank).fills().forEach(this::fill);
      source.line("}");
    }
    source.line("}").line("return image;").line("}").line("");
  }

  private void fill(MemoryPlan.Fill fill) {
    CallSpec call = fill.call();
    GroupMember member = fill.member();
    String at = "at(image, %d, %d)".formatted(fill.at(), fill.elements() * call.type().bytes());
    if (fill.scalar()) {
      source.line(
          "Elements.set(%s, DataType.%s, 0, %dL);",
          at, call.type(), Inputs.GENERATED.scalar(call, member));
    } else if (fill.elements() > 0 && call.inputs() == InputKind.EXACT) {
      source.line(
          "fill(%s, ExactData.of(DataType.%s, Fold.%s, %d, %d), %d);",
          at, call.type(), call.fold(), member.size(), call.seed(), member.rank());
    } else if (fill.elements() > 0) {
      source.line(
          "ArbitraryData.fill(%s, DataType.%s, InputKind.%s, %d, %d, %d);",
          at, call.type(), call.inputs(), call.seed(), member.world(), member.size());
    }
  }

  private void writeUnspecified() {
    source.line("private static void leaveOutUnspecified(byte[] after, int rank) {");
    for (int rank = 0; rank < program.ranks(); rank++) {
      for (MemoryPlan.Range each : plans.get(rank).unspecified()) {
        source.line("if (rank == %d) {", rank);
        source.line("Arrays.fill(after, %d, %d, (byte) 0);", each.from(), each.to());
        source.line("}");
      }
    }
    source.line("}").line("");
  }
}
