package org.jccl.fidelity.differential;

import org.jccl.fidelity.differential.LifecycleProgram.Deed;

/** A lifecycle program as a Java class that runs it on the raw surface, deed by deed. */
public final class LifecycleReproducer {
  private static final String INSIDE = "if (%s.contains(me)) {";

  private LifecycleReproducer() {}

  /** The source of a class called {@link Reproducer#CLASS_NAME}. */
  public static String of(LifecycleProgram program) {
    Source source = new Source();
    source.block(ReproducerText.IMPORTS);
    source.line("");
    program.toString().lines().forEach(line -> source.line("// " + line));
    source.line("public final class " + Reproducer.CLASS_NAME + " {");
    source.line("private static final int RANKS = %d;", program.ranks()).line("");
    source.block(ReproducerText.FRONT).line("");
    source.line("private static String rank(Rank rank, NcclAbi abi) {");
    source.line("int me = rank.rank();");
    source.line("rank.device().makeCurrent();");
    source.line("List<String> notes = new ArrayList<>();");
    source.line("Arena arena = Arena.ofShared();");
    source.line("MemorySegment out = arena.allocate(64, 16);");
    source.line("MemorySegment comms = arena.allocate(%d, 8);", 8 * program.communicators() + 8);
    source.line("Stream stream = rank.device().newStream();");
    source.line("DeviceBuffer memory = rank.device().allocate(DataType.INT32, 5);");
    for (int i = 0; i < program.deeds().size(); i++) {
      Deed deed = program.deeds().get(i);
      source.line("// " + i + ": " + deed);
      source.line(INSIDE, Source.words(deed.parents()));
      source.line("String result = %s;", result(deed));
      source.line("notes.add(\"%d %s = \" + result);", i, deed.act());
      source.line("}");
    }
    source.line("memory.close();").line("stream.close();").line("arena.close();");
    source.line("return \"rank \" + me + \" \" + notes;").line("}").line("");
    source.block(ReproducerText.LIFECYCLE_HELPERS).block(ReproducerText.ANSWERS);
    source.line("}");
    return source.toString();
  }

  private static String result(Deed deed) {
    String comm = "comm(comms, " + deed.slot() + ")";
    String blocking = Boolean.toString(deed.blocking());
    return switch (deed.act()) {
      case INIT ->
          "settled(abi, init(rank, abi, arena, comms, %d, %s, notes), %s, comms, %d)"
              .formatted(deed.slot(), blocking, blocking, deed.slot());
      case INIT_TWO ->
          "abi.groupStart() + \" \" + init(rank, abi, arena, comms, %d, true, notes) + \" \""
                  .formatted(deed.slot())
              + " + init(rank, abi, arena, comms, %d, true, notes) + \" \" + abi.groupEnd()"
                  .formatted(deed.made());
      case SPLIT -> {
        String split = Source.words(deed.members());
        yield "child(abi, settled(abi, abi.commSplit(%s, %s.colours().get(me), %s.keys().get(me), comms.asSlice(8L * %d, 8), MemorySegment.NULL), %s, comms, %d), %s, comms, %d)"
            .formatted(
                comm, split, split, deed.made(), blocking, deed.slot(), blocking, deed.made());
      }
      case SHRINK ->
          "!%s.contains(me) ? \"left out\" : child(abi, settled(abi, abi.commShrink(%s, one(arena, %d), 1, comms.asSlice(8L * %d, 8), MemorySegment.NULL, 0), %s, comms, %d), %s, comms, %d)"
              .formatted(
                  Source.words(deed.members()),
                  comm,
                  deed.argument(),
                  deed.made(),
                  blocking,
                  deed.slot(),
                  blocking,
                  deed.made());
      case REDUCE ->
          "reduce(abi, me, memory, stream, %s, comms, %d)".formatted(blocking, deed.slot());
      case WRONG_ROOT ->
          "abi.broadcast(memory.address(), memory.address(), 1, 2, -1, %s, stream.handle()) + \" \" + state(abi, %s)"
              .formatted(comm, comm);
      case FINALIZE ->
          "settled(abi, abi.commFinalize(%s), %s, comms, %d)"
              .formatted(comm, blocking, deed.slot());
      case REVOKE ->
          "settled(abi, abi.commRevoke(%s, %d), %s, comms, %d)"
              .formatted(comm, deed.argument(), blocking, deed.slot());
      case COUNT -> "answer(abi.commCount(" + comm + ", blank(out)), out)";
      case USER_RANK -> "answer(abi.commUserRank(" + comm + ", blank(out)), out)";
      case STATE -> "answer(abi.commGetAsyncError(" + comm + ", blank(out)), out)";
      case DESTROY -> "Integer.toString(abi.commDestroy(" + comm + "))";
      case ABORT -> "Integer.toString(abi.commAbort(" + comm + "))";
      case NULLS ->
          "abi.commFinalize(0) + \" \" + abi.commDestroy(0) + \" \" + abi.commAbort(0) + \" \" + abi.commRevoke(0, 1)";
    };
  }
}
