package org.jccl.conformance.concurrency;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link BatonStress} without a baton, which must fail: or a pass of the others says nothing. */
@JCStressTest
@Outcome(
    id = {"1, 2", "2, 1"},
    expect = Expect.ACCEPTABLE,
    desc = "One after the other.")
@State
public class UnguardedStress {
  private int plain;

  private int next() {
    int own = plain + 1;
    plain = own;
    return own;
  }

  @Actor
  public void one(II_Result seen) {
    seen.r1 = next();
  }

  @Actor
  public void other(II_Result seen) {
    seen.r2 = next();
  }
}
