package org.jccl.conformance.cases;

import java.lang.foreign.MemorySegment;
import org.jccl.conformance.data.ArbitraryData;
import org.jccl.conformance.data.Elements;
import org.jccl.conformance.data.ExactData;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.data.InputKind;

/** What ranks contribute to calls. Safe for any number of threads. */
public interface Inputs {
  /** From a call's own seed. */
  Inputs GENERATED = new Inputs() {};

  /** Fills {@code to} with what {@code member} contributes to {@code call}. */
  default void fill(MemorySegment to, CallSpec call, GroupMember member) {
    if (call.inputs() != InputKind.EXACT) {
      ArbitraryData.fill(
          to, call.type(), call.inputs(), call.seed(), member.world(), member.size());
      return;
    }
    ExactData data = call.data(member.size());
    long elements = to.byteSize() / call.type().bytes();
    for (long i = 0; i < elements; i++) {
      Elements.set(to, call.type(), i, data.input(member.rank(), i));
    }
  }

  /** The bits of {@code member}'s scalar, if the call is a scaled sum. */
  default long scalar(CallSpec call, GroupMember member) {
    return call.inputs() == InputKind.EXACT
        ? call.type().encode(Fold.scalar(member.rank()))
        : ArbitraryData.scalar(
            call.type(), call.inputs(), call.seed(), member.world(), member.size());
  }
}
