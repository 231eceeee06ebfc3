package org.jccl.conformance.concurrency;

import java.time.Duration;
import java.util.List;
import org.jccl.ProcessGroup;
import org.jccl.process.ProcessGroups;

/** Three members of a process group exchange messages twice; each must get what was sent to it. */
public final class MeetingProgram implements Runnable {
  private static final int RANKS = 3;

  /** By Fray's clock, which moves when it is read: nobody needs it who is woken. */
  private static final Duration PATIENCE = Duration.ofMillis(20);

  @Override
  public void run() {
    List<ProcessGroup> members = ProcessGroups.inJvm(RANKS, PATIENCE);
    Threads threads = new Threads();
    for (ProcessGroup member : members) {
      threads.start(() -> meetTwice(member));
    }
    threads.join();
  }

  private static void meetTwice(ProcessGroup member) {
    for (int round = 0; round < 2; round++) {
      byte[] own = {(byte) member.rank(), (byte) round};
      List<byte[]> all = member.allGather(own);
      for (int rank = 0; rank < RANKS; rank++) {
        if (all.get(rank)[0] != rank || all.get(rank)[1] != round) {
          throw new AssertionError("rank " + member.rank() + " got another's message");
        }
      }
    }
  }
}
