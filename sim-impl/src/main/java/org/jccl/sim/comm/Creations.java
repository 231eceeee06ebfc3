package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.CollectiveException;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.World;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Wait;
import org.jccl.sim.math.DataPlane;
import org.jspecify.annotations.Nullable;

/** Communicators that are being created: ranks meet by unique id (rules INIT-02 to INIT-09). */
public final class Creations {
  private final World world;
  private final DataPlane dataPlane = new DataPlane();
  private final Map<UniqueId, Creation> open = new HashMap<>();
  private final List<Clique> cliques = new ArrayList<>();
  private long idsMade;

  /** The creations of one simulation. */
  public Creations(World world) {
    this.world = world;
  }

  /** A fresh id, valid in this simulation only. */
  public UniqueId newUniqueId() {
    byte[] bytes = new byte[UniqueId.BYTES];
    long number = ++idsMade;
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[i] = (byte) (number >>> (8 * i));
    }
    bytes[UniqueId.BYTES - 1] = 'S';
    UniqueId id = UniqueId.of(bytes);
    open.put(id, new Creation());
    return id;
  }

  /** A rank that has joined a communicator whose other ranks may be missing. */
  public static final class Enrolment {
    private final Creation creation;
    private final Endpoint endpoint;

    private Enrolment(Creation creation, Endpoint endpoint) {
      this.creation = creation;
      this.endpoint = endpoint;
    }
  }

  /** Joins as {@code rank}, without waiting. */
  public Enrolment enrol(
      UniqueId id, int rank, int worldSize, SimDevice device, @Nullable String name) {
    Creation creation = open.get(id);
    if (creation == null) {
      throw new CollectiveException(
          ResultCode.REMOTE_ERROR,
          id
              + " is unknown to this simulator or was used before: an id serves one communicator"
              + " (UID-04)");
    }
    return new Enrolment(creation, creation.join(id, rank, worldSize, device, name));
  }

  /** Waits, baton given up, until all ranks of an enrolment's communicator have joined. */
  public Endpoint await(HostTask task, Enrolment enrolment) {
    Creation creation = enrolment.creation;
    if (!creation.isSettled()) {
      creation.waiting.add(task);
      world.kernel().await(task, creation::isSettled, creation);
    }
    if (creation.failure != null) {
      throw creation.failure;
    }
    return enrolment.endpoint;
  }

  /** Joins all ranks of a new communicator at once, rank i on device i of the list (INIT-10). */
  public List<Endpoint> joinAll(List<SimDevice> devices, @Nullable String name) {
    UniqueId id = newUniqueId();
    Creation creation = new Creation();
    List<Endpoint> endpoints = new ArrayList<>();
    for (int rank = 0; rank < devices.size(); rank++) {
      endpoints.add(creation.join(id, rank, devices.size(), devices.get(rank), name));
    }
    return endpoints;
  }

  /** The communicators of this simulation on which something is pending are stopped. */
  public void reportPending(ReportedMisuse misuse) {
    for (Clique clique : cliques) {
      if (clique.isPending()) {
        clique.report(misuse);
      }
    }
  }

  /** One communicator that waits for its ranks. */
  private final class Creation implements Wait {
    private final List<HostTask> waiting = new ArrayList<>();
    private final Map<SimDevice, Integer> devices = new HashMap<>();
    private @Nullable Clique clique;
    private @Nullable UniqueId id;
    private int joined;
    private @Nullable RuntimeException failure;

    Endpoint join(
        UniqueId ownId, int rank, int worldSize, SimDevice device, @Nullable String name) {
      Clique shared = clique;
      if (shared == null) {
        String label = name == null ? "comm-" + (cliques.size() + 1) : name;
        shared = new Clique(world, dataPlane, label, worldSize);
        clique = shared;
        id = ownId;
      }
      if (shared.worldSize() != worldSize) {
        throw settle(
            claim(rank, worldSize, "world size " + shared.worldSize() + " was given before"));
      }
      if (shared.member(rank) != null) {
        throw settle(claim(rank, worldSize, "that rank has joined before"));
      }
      Integer other = devices.putIfAbsent(device, rank);
      if (other != null) {
        throw settle(
            new CollectiveException(
                ResultCode.INVALID_USAGE,
                "ranks "
                    + other
                    + " and "
                    + rank
                    + " of "
                    + shared.name()
                    + " both use device "
                    + device.index()
                    + ": give each rank a device of its own (INIT-07)"));
      }
      Endpoint endpoint = new Endpoint(shared, rank, device);
      shared.join(endpoint);
      joined++;
      if (isComplete()) {
        shared.complete(cliques);
        cliques.add(shared);
        open.remove(ownId);
        wakeAll();
      }
      return endpoint;
    }

    private ReportedMisuse claim(int rank, int worldSize, String why) {
      return new ReportedMisuse(
          MisuseKind.MISMATCH,
          List.of(rank),
          "MISMATCH(creation): rank "
              + rank
              + " of "
              + worldSize
              + " cannot join: "
              + why
              + " (INIT-06, SIM-44)");
    }

    private RuntimeException settle(RuntimeException why) {
      failure = why;
      open.values().remove(this);
      wakeAll();
      return why;
    }

    private void wakeAll() {
      Kernel kernel = world.kernel();
      waiting.forEach(kernel::makeReady);
    }

    boolean isComplete() {
      return clique != null && joined == clique.worldSize();
    }

    boolean isSettled() {
      return failure != null || isComplete();
    }

    @Override
    public String describe() {
      return "the creation of a communicator, "
          + joined
          + " of "
          + (clique == null ? 0 : clique.worldSize())
          + " ranks have joined ("
          + id
          + ")";
    }

    @Override
    public Nature nature() {
      return Nature.CREATION;
    }

    @Override
    public int participants() {
      return clique == null ? 0 : clique.worldSize();
    }

    @Override
    public List<Integer> ranks() {
      List<Integer> missing = new ArrayList<>();
      for (int rank = 0; clique != null && rank < clique.worldSize(); rank++) {
        if (clique.member(rank) == null) {
          missing.add(rank);
        }
      }
      return missing;
    }
  }
}
