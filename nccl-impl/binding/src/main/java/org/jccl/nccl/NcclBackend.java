package org.jccl.nccl;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jccl.Backend;
import org.jccl.Backend.GroupScope;
import org.jccl.Capability;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.RankHost;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.nccl.ffi.NcclBinding;
import org.jccl.nccl.ffi.NcclLibrary;
import org.jccl.ops.NcclFunction;
import org.jccl.process.PlatformRanks;
import org.jccl.spi.DeviceRules;
import org.jccl.spi.Estimate;
import org.jccl.spi.GroupRecording;
import org.jccl.spi.Groups;
import org.jccl.spi.IdRules;
import org.jccl.spi.RegistrableMemory;

/**
 * Collectives by one NCCL library on the GPUs of this machine. Several may be open at once, each
 * with a library of its own. All methods may be called from any thread, virtual ones included.
 */
public final class NcclBackend implements Backend, GroupRecording.Issuer {
  private static final System.Logger LOG = System.getLogger("org.jccl.nccl");

  private final NcclLibrary library;
  private final List<Device> devices;
  private final RankHost rankHost = new PlatformRanks();
  private final Map<String, NcclLibrary> libraries = new ConcurrentHashMap<>();
  private final Set<NcclCommunicator> communicators = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AbortAtExit atExit;

  @SuppressWarnings("this-escape") // The devices only keep the reference.
  private NcclBackend(NcclLibrary library, Function<Backend, List<Device>> devices) {
    this.library = library;
    this.devices = List.copyOf(devices.apply(this));
    this.atExit = AbortAtExit.of(communicators);
  }

  /**
   * {@return a backend over a library and devices that the caller has: GPUs, or whatever the
   * library takes for devices} The backend closes the devices.
   *
   * @param library the library
   * @param devices makes the devices of the backend that it is given
   */
  public static NcclBackend over(NcclLibrary library, Function<Backend, List<Device>> devices) {
    return new NcclBackend(library, devices);
  }

  /** {@return the library behind it} */
  public NcclLibrary library() {
    return library;
  }

  /** {@return the raw surface of the library} */
  public NcclBinding binding() {
    return library.binding();
  }

  @Override
  public String name() {
    return "nccl";
  }

  @Override
  public String description() {
    return library + ", " + devices.size() + (devices.size() == 1 ? " GPU" : " GPUs");
  }

  @Override
  public int ncclVersion() {
    return library.version();
  }

  @Override
  public List<Device> devices() {
    return devices;
  }

  @Override
  public UniqueId newUniqueId() {
    return newUniqueId(library.binding());
  }

  private static UniqueId newUniqueId(NcclBinding nccl) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment id = arena.allocate(UniqueId.BYTES);
      int code = nccl.getUniqueId(id);
      if (code != 0) {
        throw new CollectiveException(
            ResultCode.of(code),
            "ncclGetUniqueId: "
                + ResultCode.of(code)
                + ", the library says: "
                + nccl.getLastError(0)
                + ". It needs a network interface that it may use: see NCCL_SOCKET_IFNAME.");
      }
      return UniqueId.of(id.toArray(ValueLayout.JAVA_BYTE));
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
    requireRank(rank, worldSize, device);
    IdRules.check(ids, worldSize, library(config).version());
    NcclCommunicator rankOfIt = endpoint(ids.getFirst(), rank, worldSize, device, config);
    Opening.open(List.of(rankOfIt), ids, config);
    return rankOfIt;
  }

  @Override
  public Communicator joinGrowing(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    requireRank(rank, worldSize, device);
    NcclCommunicator newRank = endpoint(id, rank, worldSize, device, config);
    newRank.joinGrowing(id);
    return newRank;
  }

  @Override
  public DeviceBuffer allocateRegistrable(Device device, DataType type, long count) {
    requireOpen();
    requireOwn(device);
    return RegistrableMemory.allocate(library.binding(), library.version(), device, type, count);
  }

  @Override
  public OptionalDouble simulate(Consumer<GroupScope> body) {
    requireOpen();
    return Estimate.of(this, library.version(), body, GroupIssue::estimate);
  }

  private void requireRank(int rank, int worldSize, Device device) {
    requireOpen();
    if (worldSize < 1 || rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "rank "
              + rank
              + " of "
              + worldSize
              + " is out of range: ranks go from 0 to world size"
              + " - 1 (INIT-04)");
    }
    requireOwn(device);
  }

  @Override
  public List<Communicator> openAll(List<Device> ranks, CommunicatorConfig config) {
    requireOpen();
    DeviceRules.check(ranks, devices.size());
    ranks.forEach(this::requireOwn);
    UniqueId id = newUniqueId(library(config).binding());
    List<NcclCommunicator> endpoints = new ArrayList<>();
    try {
      for (int rank = 0; rank < ranks.size(); rank++) {
        endpoints.add(endpoint(id, rank, ranks.size(), ranks.get(rank), config));
      }
    } catch (RuntimeException failed) {
      endpoints.forEach(endpoint -> endpoint.release(true));
      throw failed;
    }
    Opening.open(endpoints, List.of(id), config);
    return List.copyOf(endpoints);
  }

  private NcclCommunicator endpoint(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    String name = config.name().orElseGet(() -> "comm-" + Integer.toHexString(id.hashCode()));
    return new NcclCommunicator(this, library(config), name, rank, worldSize, device, config);
  }

  /** The library of a configuration: its own, opened once, or the backend's. */
  private NcclLibrary library(CommunicatorConfig config) {
    return config
        .libraryPath()
        .map(path -> libraries.computeIfAbsent(path, NcclLibrary::open))
        .orElse(library);
  }

  private void requireOwn(Device device) {
    if (!devices.contains(device)) {
      throw new IllegalArgumentException(
          device + " is not one of this backend's devices: take one of devices()");
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("backend nccl is closed");
    }
  }

  @Override
  public void group(Consumer<GroupScope> body) {
    Groups.run(this, body);
  }

  @Override
  public void issue(GroupRecording calls) {
    GroupIssue.issue(calls);
  }

  @Override
  public Capability capability(Device device, CommunicatorConfig config) {
    NcclLibrary chosen = library(config);
    return new Capability(
        name(),
        chosen.version(),
        "NCCL " + NcclFunction.text(chosen.version()) + " at " + chosen.description(),
        host() + "/" + device.identity());
  }

  private static String host() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException noLinux) {
      return "localhost";
    }
  }

  @Override
  public RankHost rankHost() {
    return rankHost;
  }

  void opened(NcclCommunicator communicator) {
    communicators.add(communicator);
  }

  void closed(NcclCommunicator communicator) {
    communicators.remove(communicator);
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (!communicators.isEmpty()) {
      LOG.log(Level.WARNING, "backend nccl closed with communicators left: {0}", communicators);
      // Not finalized: their peers may be gone, and nobody reads their results any more.
      List<NcclCommunicator> left = List.copyOf(communicators);
      left.forEach(NcclCommunicator::abort);
      left.forEach(NcclCommunicator::close);
    }
    devices.forEach(Device::close);
    atExit.cancel();
  }

  @Override
  public String toString() {
    return description();
  }
}
