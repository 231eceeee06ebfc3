package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.GroupScope;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jccl.UniqueId;

/**
 * A backend over a library's C functions: how its communicators are created, its groups issued, its
 * memory allocated. The same for real NCCL and for the simulator.
 */
public abstract class LibraryBackend implements Backend, Library {
  private final Set<LibraryCommunicator> communicators =
      Collections.synchronizedSet(new LinkedHashSet<>());
  private final AtomicBoolean closed = new AtomicBoolean();

  @SuppressWarnings("this-escape") // They only keep the reference.
  private final KernelMeetings kernelMeetings = new KernelMeetings(ranks -> openKernels(ranks));

  /** A backend without communicators. */
  @SuppressWarnings("this-escape") // The meetings only keep the reference.
  protected LibraryBackend() {}

  /**
   * {@return the name of a communicator whose configuration gives it none}
   *
   * @param id the unique id
   */
  protected abstract String nameOf(UniqueId id);

  /** Frees what is the implementation's, communicators that were left open included. */
  protected abstract void release();

  /** {@return the communicators that are open, in the order in which they were opened} */
  protected final List<LibraryCommunicator> openCommunicators() {
    return List.copyOf(communicators);
  }

  @Override
  public final KernelMeetings kernelMeetings() {
    return kernelMeetings;
  }

  @Override
  public final void opened(LibraryCommunicator communicator) {
    communicators.add(communicator);
  }

  @Override
  public final void closed(LibraryCommunicator communicator) {
    communicators.remove(communicator);
  }

  // ---- creation

  @Override
  public final UniqueId newUniqueId() {
    return newUniqueId(CommunicatorConfig.defaults());
  }

  private UniqueId newUniqueId(CommunicatorConfig config) {
    NcclAbi abi = abi(config);
    MemorySegment id = Arena.ofAuto().allocate(UniqueId.BYTES);
    int code = ask(null, "ncclGetUniqueId", config.initLimit(), () -> abi.getUniqueId(id));
    if (code != 0) {
      String message =
          "ncclGetUniqueId: "
              + ResultCode.of(code)
              + ", the library says: "
              + lastWords(abi)
              + ". It needs a network interface that it may use: see NCCL_SOCKET_IFNAME.";
      failed(message);
      throw new CollectiveException(ResultCode.of(code), message);
    }
    return UniqueId.of(id.toArray(JAVA_BYTE));
  }

  @Override
  public final Communicator newCommunicator(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    return newCommunicator(List.of(id), rank, worldSize, device, config);
  }

  @Override
  public final Communicator newCommunicator(
      List<UniqueId> ids, int rank, int worldSize, Device device, CommunicatorConfig config) {
    requireRank(rank, worldSize, device);
    CreationRules.requireIds(ids, worldSize, version(config));
    LibraryCommunicator made = newRank(ids.getFirst(), rank, worldSize, device, config);
    Opening.open(List.of(made), ids);
    return made;
  }

  @Override
  public final Communicator newCommunicator(
      UniqueId id, ProcessGroup group, Device device, CommunicatorConfig config) {
    requireRank(group.rank(), group.worldSize(), device);
    List<UniqueId> ids = List.of(id);
    CreationRules.requireIds(ids, group.worldSize(), version(config));
    LibraryCommunicator made = newRank(id, group.rank(), group.worldSize(), device, config);
    Opening.open(List.of(made), ids, group);
    return made;
  }

  @Override
  public final Communicator joinGrowing(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    requireRank(rank, worldSize, device);
    LibraryCommunicator made = newRank(id, rank, worldSize, device, config);
    made.joinGrowing(id);
    return made;
  }

  @Override
  public final List<Communicator> openAll(List<Device> ranks, CommunicatorConfig config) {
    requireOpen();
    CreationRules.requireDevices(ranks, devices().size());
    ranks.forEach(this::requireOwn);
    UniqueId id = newUniqueId(config);
    List<LibraryCommunicator> made = new ArrayList<>();
    boolean complete = false;
    try {
      for (int rank = 0; rank < ranks.size(); rank++) {
        made.add(newRank(id, rank, ranks.size(), ranks.get(rank), config));
      }
      complete = true;
    } finally {
      if (!complete) {
        made.forEach(LibraryCommunicator::release);
      }
    }
    Opening.open(made, List.of(id));
    return List.copyOf(made);
  }

  private LibraryCommunicator newRank(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    String name = config.name().orElseGet(() -> nameOf(id));
    return newRank(name, rank, worldSize, device, config);
  }

  private void requireRank(int rank, int worldSize, Device device) {
    requireOpen();
    CreationRules.requireRank(rank, worldSize);
    requireOwn(device);
  }

  private void requireOwn(Device device) {
    List<Device> own = devices();
    int index = device.index();
    if (index >= own.size() || !own.get(index).equals(device)) {
      throw new IllegalArgumentException(
          device + " is not one of this backend's devices: take one of devices()");
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("backend " + name() + " is closed");
    }
  }

  // ---- groups, memory, end

  @Override
  public final void group(Consumer<GroupScope> body) {
    Groups.run(this, body);
  }

  @Override
  public final void issue(GroupRecording calls) {
    GroupIssue.issue(calls);
  }

  @Override
  public final OptionalDouble simulate(Consumer<GroupScope> body) {
    requireOpen();
    return Estimate.of(this, ncclVersion(), body);
  }

  @Override
  public final DeviceBuffer allocateRegistrable(Device device, DataType type, long count) {
    requireOpen();
    requireOwn(device);
    NcclAbi abi = abi(CommunicatorConfig.defaults());
    return RegistrableMemory.allocate(this, abi, device, type, count);
  }

  @Override
  public final CommunicatorConfig tuned(
      ProcessGroup group, Device device, CommunicatorConfig config) {
    return new TuningProbe(group, device, config, version(config)).chosen(runsInRealTime());
  }

  @Override
  public final void close() {
    if (closed.compareAndSet(false, true)) {
      release();
    }
  }
}
