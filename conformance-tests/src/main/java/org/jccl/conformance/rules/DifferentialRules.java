package org.jccl.conformance.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.ProgramRun;
import org.jccl.conformance.cases.RawCall;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Worlds;
import org.jccl.spi.NcclAbi;

/** The same program on two subjects: equal bits, equal result codes. */
public abstract class DifferentialRules extends RawSuite {
  private final Worlds reference;

  /** A suite that compares {@code subject} with {@code reference}. */
  protected DifferentialRules(Subject subject, Subject reference) {
    super(subject);
    this.reference = Worlds.shared(reference);
  }

  @Property
  public void required_DIF_01_programsGiveEqualBits(@ForAll("programs") Program program) {
    List<String> expected = bits(reference, program);
    List<String> seen = bits(worlds(), program);
    if (!seen.equals(expected)) {
      throw new AssertionError(
          "DIF-01: "
              + program
              + "\n  on "
              + reference.subject().name()
              + ": "
              + expected
              + "\n  on "
              + subject().name()
              + ": "
              + seen);
    }
  }

  @Provide
  Arbitrary<Program> programs() {
    // Averages may round in either place unless they are exact (RED-10).
    return arbitraries()
        .programs(5)
        .filter(
            10_000,
            program ->
                program.calls().stream().allMatch(placed -> placed.call().data().tolerance() == 0));
  }

  /** What arrived, a line a rank. */
  private static List<String> bits(Worlds worlds, Program program) {
    List<String> lines = new ArrayList<>(Collections.nCopies(program.worldSize(), "nothing"));
    worlds.run(
        program.worldSize(),
        rank -> {
          try (ProgramRun run = new ProgramRun(program, rank.communicator())) {
            run.issue();
            run.await();
            List<String> words = run.results().stream().map(DifferentialRules::words).toList();
            synchronized (lines) {
              lines.set(rank.rank(), "rank " + rank.rank() + " " + words);
            }
          }
        });
    return lines;
  }

  private static String words(byte[] bytes) {
    String head = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 16));
    return bytes.length + " bytes " + head + "… hash " + Arrays.hashCode(bytes);
  }

  @Property
  public void required_DIF_02_rawCallsGiveEqualCodes(@ForAll("rawCalls") List<RawCall> calls) {
    List<Integer> expected = codes(reference, calls);
    List<Integer> seen = codes(worlds(), calls);
    if (!seen.equals(expected)) {
      throw new AssertionError(
          "DIF-02: " + calls + ": expected " + expected + ", " + subject().name() + " " + seen);
    }
  }

  @Provide
  Arbitrary<List<RawCall>> rawCalls() {
    return RawCall.any(capabilities().version()).list().ofMinSize(1).ofMaxSize(8);
  }

  private static List<Integer> codes(Worlds worlds, List<RawCall> calls) {
    List<Integer> codes = Collections.synchronizedList(new ArrayList<>());
    worlds.run(
        1,
        rank -> {
          try (RawRank raw = new RawRank(rank);
              DeviceBuffer memory = rank.device().allocate(DataType.INT8, RawCall.BYTES)) {
            NcclAbi abi = raw.abi();
            memory.copyFrom(new byte[RawCall.BYTES]);
            for (RawCall call : calls) {
              codes.add(call.make(abi, memory.address(), raw.comm(), raw.stream()));
            }
            closeGroups(abi, calls, codes);
            raw.synchronize();
          }
        });
    return codes;
  }

  /** No group may be left open on this thread; IU says that none is (GRP-02), or a failed one. */
  private static void closeGroups(NcclAbi abi, List<RawCall> calls, List<Integer> codes) {
    for (RawCall call : calls) {
      if (call.kind() == RawCall.Kind.GROUP_START) {
        codes.add(abi.groupEnd());
      }
    }
  }

  @Example
  public void required_DIF_03_theSameProgramTwiceGivesTheSameBits() {
    Program program =
        new Program(
            atMost(4),
            arbitraries()
                .everyCombination(org.jccl.ops.Operation.REDUCE_SCATTER, atMost(4), 19)
                .stream()
                .map(Program.Step::of)
                .toList());
    if (!bits(worlds(), program).equals(bits(worlds(), program))) {
      throw new AssertionError("DIF-03: two runs of one program differ in bits");
    }
  }
}
