package org.jccl.sim.comm;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Whatever the guard of a communicator noticed of two threads: it names nobody who has gone. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Nobody is inside.")
@State
public class ThreadGuardStress {
  private final ThreadGuard guard = new ThreadGuard();

  private void comeAndGo() {
    guard.enter();
    guard.exit();
  }

  @Actor
  public void one() {
    comeAndGo();
  }

  @Actor
  public void other() {
    comeAndGo();
  }

  @Arbiter
  public void afterwards(I_Result named) {
    named.r1 = guard.enter() == null ? 0 : 1;
  }
}
