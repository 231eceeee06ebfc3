package org.jccl.spi;

import org.jccl.ops.Operation;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A thread sees its own group while others open and end theirs, and none afterwards. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Each has issued its own call.")
@State
public class GroupRecordingStress {
  private static int issued(int own) {
    int[] issued = new int[1];
    GroupRecording.Issuer issuer =
        calls -> issued[0] += calls.call(0).send() == own ? calls.size() : 100;
    GroupRecording recording = GroupRecording.enter(issuer);
    boolean open = GroupRecording.current() == recording;
    recording.add(null, null).set(Operation.ALL_REDUCE, own, 0, 0, 0, 0, 0);
    recording.complete(issuer); // not complete(), which counts for communicators
    recording.leave();
    return open && GroupRecording.current() == null ? issued[0] : -1;
  }

  @Actor
  public void one(II_Result issued) {
    issued.r1 = issued(1);
  }

  @Actor
  public void other(II_Result issued) {
    issued.r2 = issued(2);
  }
}
