package org.jccl.sim.comm;

/** A thread's group that is open and holds calls on a communicator. */
public interface OpenGroup {
  /** Throws a report: another thread uses {@code member} meanwhile (rules GRP-05, GRP-26). */
  void refuseOtherThread(CommMember member);
}
