package org.jccl.sim;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongToIntFunction;
import org.jccl.Backend;
import org.jccl.BackendUnavailableException;
import org.jccl.Capability;
import org.jccl.CleanText;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.RankHost;
import org.jccl.UniqueId;
import org.jccl.sim.abi.SimAbi;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Lifetimes.Kind;
import org.jccl.sim.comm.creation.Bootstrap;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.faults.FaultInjector;
import org.jccl.sim.kernel.HostTask;
import org.jccl.spi.CallPath;
import org.jccl.spi.GroupRecording;
import org.jccl.spi.KernelGroup;
import org.jccl.spi.LibraryBackend;
import org.jccl.spi.LibraryCommunicator;
import org.jccl.spi.NcclAbi;

/** The simulator as a backend: the devices and communicators of one {@link Simulator}. */
final class SimBackend extends LibraryBackend implements FaultInjector.World {
  private final Simulator simulator;
  private final Simulation simulation;
  private final Bootstrap creations;
  private final List<SimDevice> devices = new ArrayList<>();

  /** The same as users see them; asked for by each rank, so not copied each time. */
  private final List<Device> listed;

  private final String description;

  /** A communicator takes along what it knows, and closes its own stream. */
  private static final EnumSet<Kind> OF_COMMUNICATORS =
      EnumSet.of(Kind.COMMUNICATOR, Kind.WINDOW, Kind.REGISTRATION, Kind.REDUCTION);

  private final Consumer<String> leaks;
  private final SimAbi raw;
  private final StallWatch watch;

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

  // ---- where faults strike

  @Override
  public List<CommLifecycle> communicators(int rank) {
    return raw.livesOn(rank);
  }

  @Override
  public void abort(int rank) {
    for (LibraryCommunicator each : openCommunicators()) {
      if (each.device().index() == rank) {
        each.abort();
      }
    }
    raw.livesOn(rank).forEach(CommLifecycle::callAbort); // those behind the C functions alone
  }

  @Override
  public SimDevice device(int rank) {
    return devices.get(rank);
  }

  @Override
  public int devicesPerHost() {
    return simulation.profile().gpusPerHost();
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

  // ---- the library, for its communicators

  @Override
  public NcclAbi abi(CommunicatorConfig config) {
    config
        .libraryPath()
        .ifPresent(
            path -> {
              throw new BackendUnavailableException(
                  "the simulator loads no library: leave the library path " + path + " away");
            });
    return raw;
  }

  @Override
  public int version(CommunicatorConfig config) {
    return simulation.version();
  }

  @Override
  public LongToIntFunction question(CommunicatorConfig config) {
    return raw::storedCode;
  }

  /** What cannot go on is found and reported by the simulator itself. */
  @Override
  public boolean needsWatchdog() {
    return false;
  }

  @Override
  public boolean runsInRealTime() {
    return false;
  }

  @Override
  public boolean sharesAllocations() {
    return false;
  }

  @Override
  public CallPath newPath(Device device, String name) {
    return new SimCallPath((SimDevice) device);
  }

  @Override
  public KernelGroup openKernels(List<Device> ranks) {
    return SimKernels.open(ranks, devicesPerHost());
  }

  @Override
  public LibraryCommunicator newRank(
      String name, int rank, int worldSize, Device device, CommunicatorConfig config) {
    return new SimCommunicator(this, (SimDevice) device, name, rank, worldSize, config);
  }

  @Override
  public void givenUp(GroupRecording calls, Throwable why) {
    HostTask task = simulation.kernel().holder();
    int rank = calls.size() > 0 ? calls.communicator(0).device().index() : -1;
    if (task != null && task.thread() == Thread.currentThread() && task.rank() >= 0) {
      rank = task.rank();
    }
    if (rank >= 0) {
      simulation
          .findings()
          .history()
          .noteGivenUp(
              rank,
              "gave up a group of "
                  + calls.size()
                  + (calls.size() == 1 ? " call" : " calls")
                  + ", and nothing of it was issued (GRP-11): its body threw "
                  + CleanText.line(CleanText.of(why))
                  + "\n    at "
                  + CallSite.current());
    }
  }

  @Override
  protected String nameOf(UniqueId id) {
    return "communicator";
  }

  @Override
  public Capability capability(Device device, CommunicatorConfig config) {
    abi(config); // refuses a library of its own
    return new Capability(
        "sim", simulation.version(), description, device.identity(), creations.severalPerDevice());
  }

  @Override
  public RankHost rankHost() {
    return new SimRankHost(this, simulator, simulation, watch);
  }

  @Override
  protected void release() {
    raw.reportLostGroups();
    simulation.lifetimes().leaks(OF_COMMUNICATORS).forEach(leaks);
    for (LibraryCommunicator communicator : openCommunicators()) {
      communicator.abort();
      communicator.close();
    }
    simulation.lifetimes().leaks(EnumSet.complementOf(OF_COMMUNICATORS)).forEach(leaks);
    devices.forEach(SimDevice::close);
    simulator.ended();
  }
}
