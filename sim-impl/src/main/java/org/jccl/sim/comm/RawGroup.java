package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final Map<Endpoint, List<OneSidedCall>> oneSided = new LinkedHashMap<>();
  private final List<Deferred> deferred = new ArrayList<>();
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
    if (depth > 0 && code != 0) {
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
      return endpoint.issue(List.of(request));
    }
    queued.computeIfAbsent(endpoint, own -> new ArrayList<>()).add(request);
    return 0;
  }

  /** Issues one validated one-sided call, or queues it while a group is open. */
  public int issue(HostTask task, Endpoint endpoint, OneSidedCall call) {
    if (depth == 0) {
      return oneSided(task, endpoint, call);
    }
    oneSided.computeIfAbsent(endpoint, own -> new ArrayList<>()).add(call);
    return 0;
  }

  private static int oneSided(HostTask task, Endpoint endpoint, OneSidedCall call) {
    int code = Deferred.run(task, setUps(List.of(endpoint)));
    return code == 0 ? endpoint.issue(List.of(), List.of(call)) : code;
  }

  /** Does host work now, or at the end of the open group (rule GRP-09). */
  public int defer(HostTask task, Deferred work) {
    if (depth == 0) {
      return Deferred.run(task, List.of(work));
    }
    deferred.add(work);
    return 0;
  }

  private static List<Deferred> setUps(Collection<Endpoint> endpoints) {
    List<Deferred> first = new ArrayList<>();
    for (Endpoint endpoint : endpoints) {
      Deferred setUp = endpoint.oneSided().setUp();
      if (setUp != null) {
        first.add(setUp);
      }
    }
    return first;
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
    Map<Endpoint, List<OneSidedCall>> first = new LinkedHashMap<>(oneSided);
    List<Deferred> host = new ArrayList<>(deferred);
    error = 0;
    inits.clear();
    queued.clear();
    oneSided.clear();
    deferred.clear();
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
    host.addAll(setUps(first.keySet()));
    code = Deferred.run(task, host);
    return code == 0 ? issueAll(work, first) : code;
  }

  private static int issueAll(
      Map<Endpoint, List<Request>> work, Map<Endpoint, List<OneSidedCall>> first) {
    int code = 0;
    Set<Endpoint> endpoints = new LinkedHashSet<>(work.keySet());
    endpoints.addAll(first.keySet());
    for (Endpoint endpoint : endpoints) {
      int own =
          endpoint.issue(
              work.getOrDefault(endpoint, List.of()), first.getOrDefault(endpoint, List.of()));
      code = own == 0 ? code : own;
    }
    return code;
  }
}
