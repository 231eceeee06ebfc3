package org.jccl.sim.comm.creation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jccl.CollectiveException;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.life.CommParts;
import org.jccl.sim.comm.life.Endpoint;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/** One communicator that waits for its ranks, who come one by one (rule INIT-02). */
final class Creation implements Wait {
  private final Bootstrap creations;
  private final boolean severalPerDevice;
  private final Map<Integer, InitJob> joined = new TreeMap<>();
  private final Map<SimDevice, Integer> devices = new HashMap<>();
  private List<UniqueId> ids = List.of();
  private @Nullable CommParts shared;
  private @Nullable SharedComm grows;

  /** The ranks that have come, also those that have given up since. */
  private final Set<Integer> came = new HashSet<>();

  private boolean over;
  private @Nullable RuntimeException failure;
  private final Set<Integer> told = new HashSet<>();

  /**
   * @param severalPerDevice whether ranks may share a device (rule INIT-08)
   */
  Creation(Bootstrap creations, boolean severalPerDevice) {
    this.creations = creations;
    this.severalPerDevice = severalPerDevice;
  }

  /** It makes {@code parent} grow, whose ranks join without an id (rule GRW-01). */
  void grows(SharedComm parent) {
    grows = parent;
  }

  boolean hasId() {
    return !ids.isEmpty();
  }

  /** The ids by which ranks find it; those of all ranks are equal (rule INIT-15). */
  void identifiedBy(List<UniqueId> own) {
    ids = own;
  }

  boolean hasJoined(int rank) {
    return joined.containsKey(rank);
  }

  boolean isBegun() {
    return !joined.isEmpty();
  }

  List<UniqueId> ids() {
    return ids;
  }

  /** Joins; the last rank completes it. */
  void join(InitJob job, int rank, int worldSize) {
    CommParts own = shared;
    if (own == null) {
      own = creations.newComm(job.life().config().name(), worldSize, null);
      shared = own;
    }
    int claimed = own.comm().worldSize();
    if (claimed != worldSize) {
      fail(claim(rank, worldSize, "world size " + claimed + " was given before"), job, rank);
      return;
    }
    if (joined.containsKey(rank)) {
      fail(claim(rank, worldSize, "that rank has joined before"), job, rank);
      return;
    }
    SimDevice device = job.life().device();
    Integer other = devices.putIfAbsent(device, rank);
    if (other != null && !severalPerDevice) {
      fail(sharedDevice(own.comm(), device, rank, other), job, rank);
    } else {
      joined.put(rank, job);
      came.add(rank);
      Endpoint.join(own, rank, job.life());
      if (joined.size() == worldSize) {
        end();
        creations.made(own);
        joined.values().forEach(InitJob::created);
      }
    }
  }

  private CollectiveException sharedDevice(SharedComm comm, SimDevice device, int rank, int other) {
    String words =
        "Duplicate GPU detected : rank "
            + rank
            + " and rank "
            + other
            + " both on CUDA device "
            + device.index()
            + ": ranks "
            + Math.min(rank, other)
            + " and "
            + Math.max(rank, other)
            + " of "
            + comm.name()
            + " share device "
            + device.index()
            + "; give each rank a device of its own";
    boolean canShare = creations.simulation().version() >= Bootstrap.SEVERAL_RANKS_A_DEVICE;
    return new CollectiveException(
        ResultCode.INVALID_USAGE,
        words + (canShare ? ", or set NCCL_MULTI_RANK_GPU_ENABLE=1 (INIT-08)" : " (INIT-07)"));
  }

  private ReportedMisuse claim(int rank, int worldSize, String why) {
    ReportBuilder report =
        new ReportBuilder(
                MisuseKind.RENDEZVOUS,
                ": rank " + rank + " of " + worldSize + " cannot join: " + why)
            .rank(rank, "joins as rank " + rank + " of " + worldSize, "at " + CallSite.current());
    for (int other : joined.keySet()) {
      CommMember before = shared == null ? null : shared.comm().member(other);
      String site = before == null ? null : before.caller().whereIs();
      int claimed = participants();
      report.rank(other, "has joined as rank " + other + " of " + claimed, site);
    }
    return creations
        .simulation()
        .findings()
        .keep(report.line("each rank joins once, all with one world size (INIT-06, SIM-44)"));
  }

  /** Another list of ids than the ranks before (rule INIT-15). */
  ReportedMisuse differentIds(int rank, int worldSize) {
    return claim(rank, worldSize, "its unique ids are not those of the ranks before");
  }

  /** It has failed: {@code rank}, which comes late, hears why, once (SIM-46); else null. */
  @Nullable RuntimeException failureFor(int rank) {
    return failure != null && told.add(rank) ? failure : null;
  }

  /** Whether all ranks have heard why it has failed. */
  boolean isTold() {
    return told.size() >= participants();
  }

  private void fail(RuntimeException why, InitJob last, int rank) {
    failure = why;
    told.addAll(joined.keySet());
    told.add(rank);
    end();
    creations.failed(this);
    last.failed(why);
    List.copyOf(joined.values()).forEach(job -> job.failed(why));
  }

  private void end() {
    over = true;
    creations.over(this);
    SharedComm parent = grows;
    if (parent != null) {
      creations.children(parent).growthOver(this);
    }
  }

  /** A rank gives up: the others wait on, as they do in NCCL. */
  void leave(InitJob job, int rank) {
    if (!over && joined.remove(rank, job)) {
      devices.values().remove(rank);
      if (shared != null) {
        shared.leave(rank);
      }
      job.life().left();
      if (joined.isEmpty() && grows == null) {
        end();
      }
    }
  }

  @Override
  public String describe() {
    return "the creation of a communicator, "
        + came.size()
        + " of "
        + participants()
        + " ranks have joined ("
        + (ids.isEmpty() ? "no id yet" : ids.getFirst())
        + ")";
  }

  @Override
  public Nature nature() {
    return Nature.CREATION;
  }

  @Override
  public int participants() {
    return shared == null ? 0 : shared.comm().worldSize();
  }

  @Override
  public List<Integer> ranks() {
    List<Integer> missing = new ArrayList<>();
    for (int rank = 0; rank < participants(); rank++) {
      if (!came.contains(rank)) {
        missing.add(rank);
      }
    }
    return missing;
  }
}
