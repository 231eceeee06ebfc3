package org.jccl.sim.comm.memory;

import org.jccl.MisuseKind;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.device.Simulation;

/**
 * The scratch memory of one rank's communicator, which can be given back for a while (rules LIF-21
 * to LIF-25).
 */
public final class Suspension {
  /** NCCL's size of the buffers between two ranks, unless NCCL_BUFFSIZE says otherwise. */
  private static final long BUFFER_BYTES = 4L << 20;

  /** Connection state between two ranks, which stays. */
  private static final long STATE_BYTES = 64L << 10;

  private final CommMember member;
  private boolean suspended;

  /** That of {@code member}, which is in use. */
  public Suspension(CommMember member) {
    this.member = member;
  }

  /** Whether the communicator's scratch memory is given back. */
  public boolean isSuspended() {
    return suspended;
  }

  /** Whether the memory manager is on (rule LIF-22). */
  public static boolean isPossible(Simulation simulation) {
    return simulation.setting("NCCL_DISABLE_MEM_MANAGER", 0) == 0;
  }

  /** Bytes that a suspension gives back. */
  public long suspendableBytes() {
    long buffer = member.comm().simulation().setting("NCCL_BUFFSIZE", BUFFER_BYTES);
    return member.worldSize() * buffer;
  }

  /** Bytes that stay. */
  public long persistentBytes() {
    return member.worldSize() * STATE_BYTES;
  }

  /** The memory is given back, or taken again (rules LIF-21, LIF-23). */
  public void set(boolean value) {
    suspended = value;
  }

  /** Throws a report if it is suspended and {@code what} needs the memory (SIM-34). */
  public void requireAwake(String what) {
    if (suspended && member.comm().simulation().isChecking()) {
      member.comm().throwIfError(use(what));
    }
  }

  /**
   * Throws a report if it is suspended and {@code what} is to end it. The other ranks go on: this
   * one may be closing what a failure has left open, and that failure is what they should hear of.
   */
  public void requireAwakeAtEnd(String what) {
    if (suspended && member.comm().simulation().isChecking()) {
      throw member.comm().simulation().findings().keep(use(what));
    }
  }

  /** SIM-34: {@code what} comes while the memory is away. */
  private ReportBuilder use(String what) {
    return new ReportBuilder(
            MisuseKind.USE_WHILE_SUSPENDED, ": " + what + " on " + member + ", which is suspended")
        .rank(member.caller(), what, "at " + CallSite.current())
        .line("resume it on all ranks first (LIF-23, SIM-34)");
  }
}
