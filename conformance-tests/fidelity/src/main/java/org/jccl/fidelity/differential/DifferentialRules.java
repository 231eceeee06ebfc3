package org.jccl.fidelity.differential;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.RawCall;
import org.jccl.conformance.engine.ComparisonResult;
import org.jccl.conformance.engine.Outcome;
import org.jccl.conformance.engine.Runner.Failures;
import org.jccl.conformance.engine.SubjectComparison;
import org.jccl.conformance.harness.Expects;
import org.jccl.conformance.harness.Options;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Worlds;
import org.jccl.conformance.rules.Needs;
import org.jccl.conformance.rules.RawRank;
import org.jccl.conformance.rules.RawSuite;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.NcclAbi;

/** The same program on two subjects: equal observations, equal result codes. */
@Needs(oneJvm = true)
public final class DifferentialRules extends RawSuite {
  private static final String KEPT =
      "a world's bench keeps communicators and memory for later programs";

  private final Worlds reference;

  /** About the current subject. */
  public DifferentialRules() {
    this.reference = Worlds.shared(SimulatorSubject.seeded(1));
  }

  @Property
  @Expects(leaves = KEPT)
  public void required_DIF_01_programsGiveEqualObservations(@ForAll("programs") Program each) {
    Outcome outcome = new SubjectComparison(worlds(), reference, Failures.NOTED).of(each);
    if (outcome.verdict() != ComparisonResult.AGREE) {
      throw new AssertionError("DIF-01: " + outcome.words() + "\n" + each);
    }
  }

  @Provide
  Arbitrary<Program> programs() {
    return new ProgramGenerator(capabilities()).programs();
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
      if (call.function() == NcclFunction.GROUP_START) {
        codes.add(abi.groupEnd());
      }
    }
  }

  @Property
  @Expects(leaves = KEPT)
  public void required_DIF_03_theSameProgramTwiceGivesTheSame(@ForAll("programs") Program each) {
    Outcome outcome = new SubjectComparison(worlds(), worlds(), Failures.NOTED).of(each);
    if (outcome.verdict() != ComparisonResult.AGREE) {
      throw new AssertionError(
          "DIF-03: two runs of one program differ: " + outcome.words() + "\n" + each);
    }
  }

  @Example
  public void required_DIF_04_lifecycleProgramsGiveEqualCodes() {
    LifecycleComparison comparison = new LifecycleComparison(worlds(), reference);
    for (int seed = 0; seed < Options.tries(); seed++) {
      LifecycleProgram each = ProgramGenerator.life(seed, atMost(1 + seed % 4)).value();
      Outcome outcome = comparison.of(each);
      if (outcome.verdict() != ComparisonResult.AGREE) {
        throw new AssertionError("DIF-04: seed " + seed + ": " + outcome.words() + "\n" + each);
      }
    }
  }
}
