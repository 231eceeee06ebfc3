package org.jccl.sim;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jccl.CollectiveException;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.sim.comm.Creations;
import org.jccl.sim.comm.Endpoint;
import org.jccl.sim.comm.RawGroup;
import org.jccl.sim.device.CurrentDevice;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.World;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * What the C functions of one simulated library share: handles, the threads' groups, the last
 * error.
 */
final class AbiState {
  static final int OK = 0;
  static final int INVALID_ARGUMENT = ResultCode.INVALID_ARGUMENT.code();
  static final int INVALID_USAGE = ResultCode.INVALID_USAGE.code();

  private static final int MOST_OPEN_GROUPS = 64;

  private final World world;
  private final Creations creations;
  private final List<SimDevice> devices;
  private final Map<Long, Endpoint> endpoints = new ConcurrentHashMap<>();
  private final AtomicLong nextHandle = new AtomicLong(0x5100);
  private final Set<RawGroup> openGroups = ConcurrentHashMap.newKeySet();
  private volatile String lastError = "";
  private final ThreadLocal<RawGroup> groups = ThreadLocal.withInitial(RawGroup::new);

  AbiState(World world, Creations creations, List<SimDevice> devices) {
    this.world = world;
    this.creations = creations;
    this.devices = devices;
  }

  World world() {
    return world;
  }

  Kernel kernel() {
    return world.kernel();
  }

  Creations creations() {
    return creations;
  }

  List<SimDevice> devices() {
    return devices;
  }

  static boolean isNull(MemorySegment pointer) {
    return pointer.address() == 0 && pointer.isNative();
  }

  /** The device that is current on the calling thread (rule INIT-01). */
  SimDevice currentDevice() {
    SimDevice current = CurrentDevice.get();
    return current != null && devices.contains(current) ? current : devices.getFirst();
  }

  /** The calling thread's group. */
  RawGroup group() {
    return groups.get();
  }

  /** A group is open: if its thread ends before it is closed, that is told. */
  void opened(RawGroup group) {
    openGroups.add(group);
    if (openGroups.size() > MOST_OPEN_GROUPS) {
      openGroups.removeIf(each -> !each.isOpen());
    }
  }

  /** The calling thread ends: what it leaves open is reported (SIM-41). */
  @Nullable ReportedMisuse threadEnds() {
    RawGroup group = groups.get();
    groups.remove();
    openGroups.remove(group);
    return group.abandon(world);
  }

  /** Reports the groups whose threads have ended (SIM-41). */
  void reportLostGroups() {
    for (RawGroup group : openGroups) {
      if (group.isLost()) {
        group.abandon(world);
      }
    }
    openGroups.clear();
  }

  /** Whose handle it is, or null. */
  @Nullable Endpoint endpoint(long comm) {
    return endpoints.get(comm);
  }

  /** The same; the handle is not valid any more. */
  @Nullable Endpoint forget(long comm) {
    return endpoints.remove(comm);
  }

  /** The words that went with the last refusal, whatever the communicator (ERR-07). */
  String lastError() {
    return lastError;
  }

  /** A refusal with the words that go with it. */
  int refused(int code, String words) {
    lastError = words;
    return code;
  }

  /** The code of a failure; a misuse has none and is thrown. */
  int codeOf(CollectiveException failure) {
    if (failure instanceof ReportedMisuse misuse) {
      throw misuse;
    }
    return refused(failure.code().code(), String.valueOf(failure.getMessage()));
  }

  /** A handle for a new communicator. */
  long register(Endpoint endpoint) {
    long handle = nextHandle.addAndGet(16);
    endpoints.put(handle, endpoint);
    return handle;
  }
}
