package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.INVALID_ARGUMENT;
import static org.jccl.conformance.liars.Lies.INVALID_USAGE;
import static org.jccl.conformance.liars.Lies.after;
import static org.jccl.conformance.liars.Lies.change;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.rawOperation;
import static org.jccl.conformance.liars.Lies.recode;
import static org.jccl.conformance.liars.Lies.spoil;
import static org.jccl.conformance.liars.Lies.typed;
import static org.jccl.conformance.liars.Lies.typedOperation;

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
