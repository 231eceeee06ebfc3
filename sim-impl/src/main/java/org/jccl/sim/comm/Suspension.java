package org.jccl.sim.comm;

import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Report;
import org.jccl.sim.device.World;

/**
 * The scratch memory of one rank's communicator, which can be given back for a while (rules LIF-21
 * to LIF-25).
 */
public final class Suspension {
  private static final int INVALID_USAGE = ResultCode.INVALID_USAGE.code();

  /** NCCL's size of the buffers between two ranks, unless NCCL_BUFFSIZE says otherwise. */
  private static final long BUFFER_BYTES = 4L << 20;

  /** Connection state between two ranks, which stays. */
  private static final long STATE_BYTES = 64L << 10;

  private final Endpoint endpoint;
  private boolean suspended;

  Suspension(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** Whether the communicator's scratch memory is given back. */
  public boolean isSuspended() {
    return suspended;
  }

  /** Whether the memory manager is on (rule LIF-22). */
  public static boolean isPossible(World world) {
    return world.setting("NCCL_DISABLE_MEM_MANAGER", 0) == 0;
  }

  /** Whether it shares its memory with others of its family (rule LIF-22). */
  public boolean isShared() {
    return endpoint.life().family().members().size() > 1;
  }

  /** Bytes that a suspension gives back. */
  public long suspendableBytes() {
    long buffer = endpoint.device().world().setting("NCCL_BUFFSIZE", BUFFER_BYTES);
    return endpoint.worldSize() * buffer;
  }

  /** Bytes that stay. */
  public long persistentBytes() {
    return endpoint.worldSize() * STATE_BYTES;
  }

  /** Gives the memory back, together with all ranks (rule LIF-21). */
  public Job suspend() {
    return new Change(true);
  }

  /** Takes the memory again, together with all ranks (rule LIF-23). */
  public Job resume() {
    return new Change(false);
  }

  /** SIM-34: {@code what} comes while the memory is away. */
  Report use(String what) {
    return new Report(
            MisuseKind.USE_WHILE_SUSPENDED,
            ": " + what + " on " + endpoint + ", which is suspended")
        .rank(endpoint.rank(), what, "at " + CallSite.current())
        .line("resume it on all ranks first (LIF-23, SIM-34)");
  }

  /** A suspension or a resumption. */
  private final class Change extends HostJob {
    private final boolean away;

    Change(boolean away) {
      super(endpoint, away ? "a suspension" : "a resumption");
      this.away = away;
    }

    @Override
    protected int check() {
      return suspended == away ? INVALID_USAGE : 0; // LIF-22: before the other ranks are met
    }

    @Override
    protected void done(Assembly meeting) {
      suspended = away;
    }
  }
}
