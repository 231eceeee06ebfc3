package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Faults.INVALID_ARGUMENT;
import static org.jccl.conformance.liars.Faults.INVALID_USAGE;
import static org.jccl.conformance.liars.Faults.after;
import static org.jccl.conformance.liars.Faults.change;
import static org.jccl.conformance.liars.Faults.conceal;
import static org.jccl.conformance.liars.Faults.raw;
import static org.jccl.conformance.liars.Faults.rawOperation;
import static org.jccl.conformance.liars.Faults.recode;
import static org.jccl.conformance.liars.Faults.spoil;
import static org.jccl.conformance.liars.Faults.typed;
import static org.jccl.conformance.liars.Faults.typedOperation;
import static org.jccl.conformance.liars.Liar.liar;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Liars that only whole programs find out (chapter 12: DIF). */
final class DifferentialLiars {
  private DifferentialLiars() {}

  static List<Liar> all() {
    AtomicInteger sums = new AtomicInteger();
    return List.of(
        liar(
                "Leaves the last element of several out",
                change(typed("allReduce"), CollectiveLiars::shortenedIfSeveral))
            .breaks("DIF-01", "DIF-01"),
        liar(
                "Confuses two codes in programs",
                recode(rawOperation(), INVALID_ARGUMENT, INVALID_USAGE))
            .breaks("DIF-02", "DIF-02"),
        liar(
                "Is right every other time",
                after(
                    typedOperation().and(call -> sums.incrementAndGet() % 5 == 0),
                    spoil(0, 1, 0x5a)))
            .breaks("DIF-03", "DIF-03"),
        liar("Revokes what was revoked", conceal(raw("commRevoke")))
            .breaks("DIF-04", "REVOKE = 4"));
  }
}
