package org.jccl.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.Backend.GroupScope;
import org.jccl.BackendUnavailableException;
import org.jccl.Capability;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ProcessGroup;
import org.jccl.RankHost;
import org.jccl.ReportedMisuse;
import org.jccl.UniqueId;
import org.jccl.process.ProcessGroups;
import org.jccl.sim.abi.AbiOperations;
import org.jccl.sim.abi.SimAbi;
import org.jccl.sim.comm.creation.Bootstrap;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.spi.DeviceRules;
import org.jccl.spi.Estimate;
import org.jccl.spi.GroupRecording;
import org.jccl.spi.Groups;
import org.jccl.spi.IdRules;
import org.jccl.spi.NcclAbi;
import org.jccl.spi.RegistrableMemory;
import org.jspecify.annotations.Nullable;

/** The simulator as a backend: the devices and communicators of one {@link Simulator}. */
final class SimBackend implements Backend, Library {
  private final Simulator simulator;
  private final Simulation simulation;
  private final Bootstrap creations;
  private final List<SimDevice> devices = new ArrayList<>();

  /** The same as users see them; asked for by each rank, so not copied each time. */
  private final List<Device> listed;

  private final String description;
  private final Consumer<String> leaks;
  private final Set<SimCommunicator> communicators =
      Collections.synchronizedSet(new LinkedHashSet<>());
  private final SimAbi raw;
  private final StallWatch watch;
  private boolean closed;

  SimBackend(
      Simulator simulator,
      Simulation simulation,
      int deviceCount,
      String description,
      StallWatch watch) {
    this.simulator = simulator;
    this.simulation = simulation;
    this.watch = watch;
    this.creations = new Bootstrap(simulation);
    this.description = description;
    this.leaks = simulator::leaked;
    for (int index = 0; index < deviceCount; index++) {
      devices.add(new SimDevice(this, simulation, devices, index, leaks));
    }
    this.listed = List.copyOf(devices);
    this.raw = new SimAbi(simulation, creations, devices);
  }

  Simulator simulator() {
    return simulator;
  }

  Alive alive() {
    int buffers = devices.stream().mapToInt(each -> each.memory().liveCount()).sum();
    int streams = devices.stream().mapToInt(SimDevice::openStreams).sum();
    return new Alive(raw.communicators(), buffers, streams);
  }

  SimAbi raw() {
    return raw;
  }

  List<Device> handTo(Backend owner) {
    devices.forEach(device -> device.handTo(owner));
    return listed;
  }

  Bootstrap creations() {
    return creations;
  }

  @Override
  public String name() {
    return "sim";
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public int ncclVersion() {
    return simulation.version();
  }

  @Override
  public List<Device> devices() {
    return listed;
  }

  @Override
  public UniqueId newUniqueId() {
    Kernel kernel = simulation.kernel();
    HostTask task = kernel.enter();
    try {
      return creations.newUniqueId();
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public Communicator newCommunicator(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    return newCommunicator(List.of(id), rank, worldSize, device, config);
  }

  @Override
  public Communicator newCommunicator(
      List<UniqueId> ids, int rank, int worldSize, Device device, CommunicatorConfig config) {
    SimCommunicator made = unopened(rank, worldSize, own(device), config);
    boolean fits = false;
    try {
      IdRules.check(ids, worldSize, ncclVersion());
      fits = true;
    } finally {
      if (!fits) {
        made.discard();
      }
    }
    SimCommunicator.open(List.of(made), ids);
    return made;
  }

  @Override
  public Communicator joinGrowing(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    SimCommunicator newRank = unopened(rank, worldSize, own(device), config);
    newRank.joinGrowing(id);
    return newRank;
  }

  private SimCommunicator unopened(
      int rank, int worldSize, SimDevice device, CommunicatorConfig config) {
    if (worldSize < 1 || rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "rank " + rank + " of " + worldSize + ": pass 0 to worldSize - 1 (INIT-04)");
    }
    capability(device, config);
    return new SimCommunicator(
        this, device, config.name().orElse("communicator"), rank, worldSize, config);
  }

  @Override
  public DeviceBuffer allocateRegistrable(Device device, DataType type, long count) {
    return RegistrableMemory.allocate(raw, ncclVersion(), own(device), type, count);
  }

  @Override
  public OptionalDouble simulate(Consumer<GroupScope> body) {
    return Estimate.of(
        this,
        ncclVersion(),
        body,
        (calls, estimate) -> SimCommunicator.issue(calls, estimate.info()));
  }

  // ---- the library, for its communicators

  @Override
  public NcclAbi abi() {
    return raw;
  }

  @Override
  public int storedCode(long handle) {
    return raw.storedCode(handle);
  }

  @Override
  public @Nullable CommLifecycle life(long handle) {
    return raw.life(handle);
  }

  @Override
  public AbiOperations operations() {
    return raw.operations();
  }

  @Override
  public void opened(SimCommunicator communicator) {
    communicators.add(communicator);
  }

  @Override
  public void closed(SimCommunicator communicator) {
    communicators.remove(communicator);
  }

  @Override
  public List<Communicator> openAll(List<Device> chosen, CommunicatorConfig config) {
    DeviceRules.check(chosen, devices().size());
    List<SimDevice> own = chosen.stream().map(this::own).toList();
    List<SimCommunicator> made = new ArrayList<>();
    for (SimDevice device : own) {
      made.add(unopened(made.size(), own.size(), device, config));
    }
    SimCommunicator.open(made, List.of(newUniqueId()));
    return List.copyOf(made);
  }

  private SimDevice own(Device device) {
    if (device instanceof SimDevice own && own.backend() == this) {
      return own;
    }
    throw new IllegalArgumentException(
        "device "
            + device.index()
            + " of "
            + Backend.of(device).name()
            + " is not of this simulator");
  }

  @Override
  public void group(Consumer<GroupScope> body) {
    Groups.run(this, body);
  }

  @Override
  public void issue(GroupRecording calls) {
    SimCommunicator.issue(calls);
  }

  @Override
  public Capability capability(Device device, CommunicatorConfig config) {
    config
        .libraryPath()
        .ifPresent(
            path -> {
              throw new BackendUnavailableException(
                  "the simulator loads no library: leave the library path " + path + " away");
            });
    return new Capability("sim", simulation.version(), description, device.identity());
  }

  @Override
  public RankHost rankHost() {
    return new RankHost() {
      @Override
      public void run(int worldSize, Body body) throws InterruptedException {
        try (StallWatch.Guard guard = watch.start()) {
          AtomicReference<@Nullable ReportedMisuse> lost = new AtomicReference<>();
          simulation
              .kernel()
              .runRanks(
                  worldSize,
                  rank -> {
                    body.run(rank);
                    lost.compareAndSet(null, raw.threadEnds());
                  });
          ReportedMisuse found = lost.get();
          if (found != null) {
            throw found;
          }
        }
      }

      @Override
      public List<ProcessGroup> processGroups(int worldSize) {
        return ProcessGroups.inJvm(worldSize);
      }

      @Override
      public <T> T blocking(Callable<T> body) throws Exception {
        return simulation.kernel().outside(body::call);
      }
    };
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    raw.reportLostGroups();
    for (SimCommunicator communicator : List.copyOf(communicators)) {
      leaks.accept(communicator + " was never closed");
      communicator.abort();
      communicator.close();
    }
    devices.forEach(SimDevice::close);
    simulator.ended();
  }
}
