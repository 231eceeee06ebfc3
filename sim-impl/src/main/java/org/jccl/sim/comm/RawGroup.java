package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.ops.Operation;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.SimStream;
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
  private int depth;
  private int error;

  /** Whether a group is open. */
  public boolean isOpen() {
    return depth > 0;
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
    Request request =
        endpoint.request(operation, send, recv, count, type, reduction, rootOrPeer, stream);
    if (depth == 0) {
      return Issuing.call(task, endpoint, request);
    }
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
