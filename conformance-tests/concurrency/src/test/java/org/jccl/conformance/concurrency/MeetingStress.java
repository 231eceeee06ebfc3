package org.jccl.conformance.concurrency;

import java.time.Duration;
import java.util.List;
import org.jccl.ProcessGroup;
import org.jccl.process.ProcessGroups;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** What the members of a process group send each other is whole when it arrives. */
@JCStressTest
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "Each has the other's message.")
@State
public class MeetingStress {
  private final List<ProcessGroup> members = ProcessGroups.inJvm(2, Duration.ofMinutes(1));

  private int told(int rank) {
    byte[] own = {(byte) (rank + 1)};
    return members.get(rank).allGather(own).get(1 - rank)[0];
  }

  @Actor
  public void first(II_Result told) {
    told.r1 = told(0);
  }

  @Actor
  public void second(II_Result told) {
    told.r2 = told(1);
  }
}
