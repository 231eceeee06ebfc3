package org.jccl.sim.math;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** What a crew's helpers wrote in plain memory its caller sees, whoever else calls meanwhile. */
@JCStressTest
@Outcome(id = "8, 8", expect = Expect.ACCEPTABLE, desc = "All units are there, for both.")
@State
public class WorkCrewStress {
  private static final int UNITS = 8;
  private static final WorkCrew CREW = new WorkCrew(2);

  private static int done() {
    int[] units = new int[UNITS];
    CREW.run(
        (from, to, scratch) -> {
          for (int unit = (int) from; unit < to; unit++) {
            units[unit]++;
          }
        },
        UNITS,
        1,
        new Scratch());
    int right = 0;
    for (int unit : units) {
      right += unit == 1 ? 1 : 0;
    }
    return right;
  }

  @Actor
  public void one(II_Result right) {
    right.r1 = done();
  }

  @Actor
  public void other(II_Result right) {
    right.r2 = done();
  }
}
