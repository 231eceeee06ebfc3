package org.jccl.sim.abi;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jccl.CollectiveException;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Report;
import org.jccl.sim.comm.Creations;
import org.jccl.sim.comm.Endpoint;
import org.jccl.sim.comm.Job;
import org.jccl.sim.comm.Life;
import org.jccl.sim.device.CurrentDevice;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.World;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * What the C functions of one simulated library share: handles, the threads' groups, the last
 * error.
 */
final class AbiState {
  static final int OK = 0;
  static final int INVALID_ARGUMENT = ResultCode.INVALID_ARGUMENT.code();
  static final int IN_PROGRESS = ResultCode.IN_PROGRESS.code();
  static final int INVALID_USAGE = ResultCode.INVALID_USAGE.code();

  private static final int MOST_OPEN_GROUPS = 64;
  private static final List<String> NETWORK_INTERFACES = List.of("eth0", "lo");

  /** A communicator that was destroyed or aborted, for reports on its handle. */
  private record Ended(String name, int rank) {}

  private final World world;
  private final Creations creations;
  private final List<SimDevice> devices;
  private final Map<Long, Life> lives = new ConcurrentHashMap<>();
  private final Map<Long, Ended> ended = new ConcurrentHashMap<>();
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
    return current != null && current.world() == world ? current : devices.getFirst();
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

  /**
   * Whose handle it is, or null.
   *
   * @throws ReportedMisuse if it has been destroyed or aborted (SIM-33)
   */
  @Nullable Life life(long comm) {
    Life life = lives.get(comm);
    Ended before = life == null ? ended.get(comm) : null;
    if (before != null && world.isChecking()) {
      throw world
          .findings()
          .keep(
              new Report(
                      MisuseKind.USE_AFTER_DESTROY,
                      ": communicator 0x"
                          + Long.toHexString(comm)
                          + ", "
                          + before.name
                          + ", was destroyed or aborted and is used again")
                  .rank(before.rank, "uses it", "at " + CallSite.current())
                  .line("forget a handle when it is destroyed (LIF-12, SIM-33)"));
    }
    return life;
  }

  /** The operations behind a handle of a communicator that is created, or null. */
  @Nullable Endpoint endpoint(long comm) {
    Life life = life(comm);
    return life == null || !life.isReady() ? null : life.endpoint();
  }

  /** A handle for a new communicator. */
  long register(Life life) {
    long handle = nextHandle.addAndGet(16);
    lives.put(handle, life);
    return handle;
  }

  /** The handle is not valid any more: its communicator has ended. */
  void end(long comm) {
    Life life = lives.remove(comm);
    if (life != null) {
      Endpoint own = life.endpoint();
      ended.put(comm, new Ended(life.toString(), own == null ? 0 : own.rank()));
    }
  }

  /** The same for a handle that was never given out. */
  void forget(long comm) {
    lives.remove(comm);
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

  /** Refuses a function that the imitated version does not have (rule VER-05). */
  void require(NcclFunction function) {
    if (!function.isIn(world.version())) {
      throw function.missingIn(world.version());
    }
  }

  /**
   * No usable network interface is an error of the first id or creation (rules UID-02, ENV-10): the
   * simulated machine has eth0 and lo.
   */
  void requireNetwork() {
    String wanted = world.environment().get("NCCL_SOCKET_IFNAME");
    if (wanted != null && NETWORK_INTERFACES.stream().noneMatch(each -> matches(wanted, each))) {
      throw new CollectiveException(
          ResultCode.INVALID_USAGE, "no network interface matches NCCL_SOCKET_IFNAME=" + wanted);
    }
  }

  /** Prefixes in a list; "=" in front of it means whole names, "^" all but these. */
  private static boolean matches(String wanted, String name) {
    boolean inverted = wanted.startsWith("^");
    String list = inverted ? wanted.substring(1) : wanted;
    boolean whole = list.startsWith("=");
    String names = whole ? list.substring(1) : list;
    for (String each : names.split(",", -1)) {
      if (whole ? name.equals(each) : name.startsWith(each)) {
        return !inverted;
      }
    }
    return inverted;
  }

  /**
   * Does a job behind all creations, at the end of the open group or of one for itself (rule
   * GRP-09); a nonblocking communicator is polled (WIN-06).
   */
  int later(Life life, Job job) {
    HostTask task = kernel().enter();
    try {
      RuntimeException refusal = life.refusal();
      if (refusal != null) {
        throw refusal;
      }
      RawGroup group = group();
      group.start();
      return endOwn(task, group.fail(group.addLater(job)));
    } finally {
      kernel().exit(task);
    }
  }

  /**
   * Ends the group that a call has opened for itself.
   *
   * @param code what the call itself has come to: it is the result unless the end fails
   */
  int endOwn(HostTask task, int code) {
    try {
      int end = group().end(task, kernel());
      return end == OK || end == IN_PROGRESS ? code : end;
    } catch (CollectiveException failure) {
      return codeOf(failure);
    }
  }
}
