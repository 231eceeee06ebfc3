package org.jccl.conformance.concurrency;

import java.time.Duration;
import org.jccl.sim.kernel.Choices;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** What one thread wrote while it held the baton, in plain fields, the next holder sees. */
@JCStressTest
@Outcome(
    id = {"1, 2", "2, 1"},
    expect = Expect.ACCEPTABLE,
    desc = "One after the other.")
@State
public class BatonStress {
  private final Kernel kernel = new Kernel(Choices.fifo(), Duration.ofMinutes(1));
  private int plain;

  private int next() {
    HostTask task = kernel.enter();
    int own = plain + 1;
    plain = own;
    kernel.exit(task);
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
