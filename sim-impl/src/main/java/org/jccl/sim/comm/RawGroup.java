package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.ops.Operation;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.check.Report;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.device.World;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * NCCL's group state of one thread, for the raw surface: depth, recorded error, queued work (rules
 * GRP-01 to GRP-12).
 */
public final class RawGroup {
  /** One communicator to be created at the outermost end. */
  private record Init(
      UniqueId id,
      int rank,
      int worldSize,
      SimDevice device,
      @Nullable String name,
      Consumer<Endpoint> made) {}

  private final Map<Endpoint, List<Request>> queued = new LinkedHashMap<>();
  private final List<Init> inits = new ArrayList<>();
  private final Thread thread = Thread.currentThread();
  private @Nullable String opened;
  private int depth;
  private int error;

  /** Whether a group is open. */
  public boolean isOpen() {
    return depth > 0;
  }

  /** Another thread uses a communicator that this group has calls of (rules GRP-05, GRP-26). */
  private void taken(Endpoint endpoint) {
    Clique clique = endpoint.clique();
    if (!clique.world().isChecking()) {
      return;
    }
    clique.throwIfError(
        thread.isAlive()
            ? Threads.race(endpoint, thread, "has a group open that holds calls of it (GRP-26)")
            : leak(endpoint));
  }

  private Report leak(@Nullable Endpoint endpoint) {
    Report report =
        new Report(
            MisuseKind.GROUP_LEAK,
            (endpoint == null ? "" : " in " + endpoint.name())
                + ": "
                + Threads.words(thread)
                + " ended with an open group, "
                + queued.values().stream().mapToInt(List::size).sum()
                + " calls are lost");
    for (Map.Entry<Endpoint, List<Request>> each : queued.entrySet()) {
      report.rank(
          each.getKey().rank(),
          each.getValue().getFirst().operation().label() + " of " + each.getKey().name(),
          each.getValue().getFirst().site() == null
              ? null
              : "at " + each.getValue().getFirst().site());
    }
    return report
        .line("the group was opened " + (opened == null ? "(replay with checks FULL)" : opened))
        .line("end every group on the thread that started it (GRP-04, GRP-05, SIM-41)");
  }

  /** The thread ends: a group that is still open is lost, and its communicators are stopped. */
  public @Nullable ReportedMisuse abandon(World world) {
    if (depth == 0 || !world.isChecking()) {
      return null;
    }
    ReportedMisuse found = world.findings().keep(leak(null));
    for (Endpoint endpoint : queued.keySet()) {
      endpoint.clique().stop(found);
      endpoint.joined(null);
    }
    depth = 0;
    queued.clear();
    inits.clear();
    return found;
  }

  /** Whether its thread has ended while it was open. */
  public boolean isLost() {
    return depth > 0 && !thread.isAlive();
  }

  /** Notes where the outermost group is opened, if that is asked for. */
  public void openedAt(@Nullable String site) {
    if (depth == 1) {
      opened = site == null ? null : "at " + site;
    }
  }

  /** Opens a group (rule GRP-01). */
  public int start() {
    depth++;
    return 0;
  }

  /** Notes the failure of a call, which poisons an open group (rule GRP-11). */
  public int fail(int code) {
    if (depth > 0) {
      error = code; // GRP-12: the last one is returned
    }
    return code;
  }

  /** Queues the creation of one rank (rule GRP-09). */
  public void addInit(
      UniqueId id,
      int rank,
      int worldSize,
      SimDevice device,
      @Nullable String name,
      Consumer<Endpoint> made) {
    inits.add(new Init(id, rank, worldSize, device, name, made));
  }

  /** Issues one validated call, or queues it while a group is open (rule GRP-06). */
  public int issue(
      HostTask task,
      Endpoint endpoint,
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      SimStream stream) {
    RawGroup other = endpoint.openGroup();
    if (other != null && other != this) {
      other.taken(endpoint);
    }
    Request request =
        endpoint.request(operation, send, recv, count, type, reduction, rootOrPeer, stream);
    if (depth == 0) {
      return Issuing.call(task, endpoint, request);
    }
    endpoint.joined(this);
    queued.computeIfAbsent(endpoint, own -> new ArrayList<>()).add(request);
    return 0;
  }

  /** Closes a group; the outermost end issues what was queued (rules GRP-02, GRP-03, GRP-11). */
  public int end(HostTask task, Creations creations) {
    if (depth == 0) {
      return ResultCode.INVALID_USAGE.code();
    }
    if (--depth > 0) {
      return 0;
    }
    int code = error;
    List<Init> creating = List.copyOf(inits);
    Map<Endpoint, List<Request>> work = new LinkedHashMap<>(queued);
    error = 0;
    inits.clear();
    queued.clear();
    work.keySet().forEach(endpoint -> endpoint.joined(null));
    if (code != 0) {
      return code;
    }
    List<Creations.Enrolment> enrolled = new ArrayList<>();
    for (Init init : creating) {
      enrolled.add(creations.enrol(init.id, init.rank, init.worldSize, init.device, init.name));
    }
    for (int i = 0; i < enrolled.size(); i++) {
      creating.get(i).made.accept(creations.await(task, enrolled.get(i)));
    }
    return Issuing.group(task, work);
  }
}
