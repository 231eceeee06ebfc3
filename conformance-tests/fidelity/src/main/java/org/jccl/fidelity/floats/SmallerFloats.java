package org.jccl.fidelity.floats;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.ShrinkingDistance;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.data.InputKind;
import org.jccl.ops.Operation;

/** A program of {@link FloatCases} and the simpler ones beside it, those that gain most first. */
record SmallerFloats(Program value) implements Shrinkable<Program> {
  @Override
  public Stream<Shrinkable<Program>> shrink() {
    return simpler().stream()
        .map(FloatCases::legal)
        .filter(each -> !each.equals(value))
        .map(SmallerFloats::new);
  }

  @Override
  public ShrinkingDistance distance() {
    return ShrinkingDistance.of(
        value.calls().size(), value.calls().stream().mapToLong(each -> each.call().count()).sum());
  }

  private List<Program> simpler() {
    List<CallSpec> calls = value.calls().stream().map(Placed::call).toList();
    int communicator = value.calls().getFirst().communicator();
    List<Program> simpler = new ArrayList<>();
    if (calls.size() > 1) {
      calls.forEach(each -> simpler.add(with(communicator, List.of(each))));
      for (int i = 0; i < calls.size(); i++) {
        List<CallSpec> fewer = new ArrayList<>(calls);
        fewer.remove(i);
        simpler.add(with(communicator, fewer));
      }
    }
    if (communicator != 0) {
      simpler.add(with(0, calls));
    }
    for (int i = 0; i < calls.size(); i++) {
      for (CallSpec each : simpler(calls.get(i))) {
        List<CallSpec> changed = new ArrayList<>(calls);
        changed.set(i, each);
        simpler.add(with(communicator, changed));
      }
    }
    return simpler;
  }

  private Program with(int communicator, List<CallSpec> calls) {
    return FloatCases.program(value.ranks(), communicator, calls);
  }

  private static List<CallSpec> simpler(CallSpec from) {
    List<CallSpec> simpler = new ArrayList<>();
    long count = from.count();
    for (long fewer : new long[] {1, count / 8, count / 2, count - count / 4, count - 1}) {
      if (fewer >= 1 && fewer < count) {
        simpler.add(from.withCount(fewer));
      }
    }
    boolean onDevice = from.layout().scalarOnDevice();
    simpler.add(from.withLayout(Layout.PLAIN.scalarOnDevice(onDevice)));
    simpler.add(from.withRoot(0));
    if (from.operation() != Operation.ALL_REDUCE) {
      simpler.add(from.with(CallForm.of(Operation.ALL_REDUCE), from.fold()));
    }
    // Earlier ones are simpler, so that this comes to an end.
    for (Fold fold : FloatCases.FOLDS.subList(0, FloatCases.FOLDS.indexOf(from.fold()))) {
      simpler.add(from.withFold(fold).withLayout(from.layout().scalarOnDevice(false)));
    }
    if (onDevice) {
      simpler.add(from.withLayout(from.layout().scalarOnDevice(false)));
    }
    if (from.type() != DataType.FLOAT32) {
      simpler.add(from.withType(DataType.FLOAT32));
    }
    for (InputKind kind : InputKind.values()) {
      if (kind.compareTo(from.inputs()) < 0) {
        simpler.add(from.withInputs(kind));
      }
    }
    return simpler;
  }
}
