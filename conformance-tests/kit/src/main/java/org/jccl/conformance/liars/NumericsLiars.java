package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.after;
import static org.jccl.conformance.liars.Lies.spoil;
import static org.jccl.conformance.liars.Lies.typedOperation;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Liars about the bits of results (chapter 13: EL, NAN, AVG, FMA, PART, RING, TREE, …). */
final class NumericsLiars {
  /** What is said of a result that no order of folding gives. */
  private static final String NO_ORDER = "no order of ranks explains element";

  private NumericsLiars() {}

  static List<Liar> all() {
    AtomicInteger calls = new AtomicInteger();
    return List.of(
        liar(
                "Gives other bits in every fifth call",
                after(
                    typedOperation().and(call -> calls.incrementAndGet() % 5 == 0),
                    spoil(0, 1, 0x5a)))
            .breaks("DET-01", "element 0 is")
            .breaks("DET-02", "element 0 is"),
        liar("Gives one byte of a result another value", after(typedOperation(), spoil(0, 1, 0x5a)))
            .breaks("EL-03", "element 0 is 0x005a")
            .breaks("NAN-01", "element 0 is 0x7fffff5a")
            .breaks("NAN-02", "of two NaNs is 0xfff800000000005a (NaN), neither")
            .breaks("NAN-04", "of two NaNs is 0xfff800000000005a (NaN), neither")
            .breaks("NAN-05", "a copy changed a NaN"),
        EnvironmentLiars.ignores("NCCL_PROTO")
            .breaks("FMA-02", NO_ORDER)
            .breaks("PART-01", NO_ORDER)
            .breaks("PART-02", NO_ORDER)
            .breaks("TOPO-02", NO_ORDER)
            .breaks("TOPO-06", NO_ORDER),
        EnvironmentLiars.ignores("NCCL_BUFFSIZE").breaks("PART-03", NO_ORDER),
        EnvironmentLiars.ignores("NCCL_LL_BUFFSIZE").breaks("PART-03", NO_ORDER),
        EnvironmentLiars.ignores("NCCL_MAX_CTAS").breaks("PART-04", NO_ORDER),
        EnvironmentLiars.ignores("NCCL_SYM_KERNEL").breaks("SYM-03", "rank 1, element"));
  }
}
