package org.jccl.sim.comm;

import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.device.World;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

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
  public Deferred suspend() {
    return new Change(true);
  }

  /** Takes the memory again, together with all ranks (rule LIF-23). */
  public Deferred resume() {
    return new Change(false);
  }

  /** SIM-34: what an operation does that comes while the memory is away. */
  ReportedMisuse use(String what) {
    return new ReportedMisuse(
        MisuseKind.USE_WHILE_SUSPENDED,
        java.util.List.of(endpoint.rank()),
        MisuseKind.USE_WHILE_SUSPENDED
            + ": "
            + what
            + " on "
            + endpoint
            + ", which is suspended: resume it on all ranks first (LIF-23, SIM-34)"
            + "\n    at "
            + CallSite.current()
            + "\n  replay: "
            + endpoint.device().world().kernel().choices().describe());
  }

  /** A suspension or a resumption. */
  private final class Change implements Deferred {
    private final boolean away;
    private @Nullable Assembly assembly;

    Change(boolean away) {
      this.away = away;
    }

    @Override
    public Endpoint endpoint() {
      return endpoint;
    }

    @Override
    public int phase() {
      return away ? Deferred.SUSPEND : Deferred.RESUME;
    }

    @Override
    public int arrive(HostTask task) {
      if (suspended == away) {
        return INVALID_USAGE; // LIF-22: before the other ranks are met
      }
      endpoint.awaitIssued(task);
      Assemblies assemblies = endpoint.clique().assemblies();
      Assembly joined =
          assemblies.join(endpoint.rank(), away ? "a suspension" : "a resumption");
      assemblies.arrive(joined, endpoint.rank());
      assembly = joined;
      return 0;
    }

    @Override
    public int finish(HostTask task) {
      if (assembly != null) {
        assembly.await(task, endpoint);
        suspended = away;
      }
      return 0;
    }
  }
}
