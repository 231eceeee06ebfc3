package org.jccl.sim.abi;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
import org.jccl.sim.check.Lifetimes;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.creation.Bootstrap;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.Endpoint;
import org.jccl.sim.comm.life.Job;
import org.jccl.sim.device.CurrentDevice;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Rethrown;
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
  private static final long FIRST_HANDLE = 0x5100;
  private static final long BETWEEN_HANDLES = 16;
  private static final String ETHERNET = "eth0";
  private static final String LOOPBACK = "lo";

  private final Simulation simulation;
  private final Bootstrap creations;
  private final List<SimDevice> devices;
  private final Map<Long, CommLifecycle> lives = new ConcurrentHashMap<>();
  private final Map<Long, Lifetimes.Origin> origins = new ConcurrentHashMap<>();
  private final EndedHandles ended = new EndedHandles();
  private final AtomicLong nextHandle = new AtomicLong(FIRST_HANDLE);
  private final Set<GroupState> openGroups = ConcurrentHashMap.newKeySet();
  private volatile String lastError = "";
  private final DebugLog log;
  private final ThreadLocal<GroupState> groups = ThreadLocal.withInitial(GroupState::new);

  AbiState(Simulation simulation, Bootstrap creations, List<SimDevice> devices) {
    this.simulation = simulation;
    this.creations = creations;
    this.devices = devices;
    this.log = new DebugLog(simulation.environment());
  }

  Simulation simulation() {
    return simulation;
  }

  Kernel kernel() {
    return simulation.kernel();
  }

  Bootstrap creations() {
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
    return current != null && current.simulation() == simulation ? current : devices.getFirst();
  }

  /** Each thread's group. */
  ThreadLocal<GroupState> groups() {
    return groups;
  }

  /** The calling thread's group. */
  GroupState group() {
    return groups.get();
  }

  /** A group is open: if its thread ends before it is closed, that is told. */
  void opened(GroupState group) {
    openGroups.add(group);
    if (openGroups.size() > MOST_OPEN_GROUPS) {
      openGroups.removeIf(each -> !each.isOpen());
    }
  }

  /** The calling thread ends: what it leaves open is reported (SIM-41). */
  @Nullable ReportedMisuse threadEnds() {
    GroupState group = groups.get();
    groups.remove();
    openGroups.remove(group);
    return group.abandon(simulation);
  }

  /** The calling thread's process is gone: its group goes with it. */
  void threadIsGone() {
    openGroups.remove(groups.get());
    groups.remove();
  }

  /** Reports the groups whose threads have ended (SIM-41). */
  void reportLostGroups() {
    for (GroupState group : openGroups) {
      if (group.isLost()) {
        group.abandon(simulation);
      }
    }
    openGroups.clear();
  }

  /**
   * Whose handle it is, or null.
   *
   * @throws ReportedMisuse if it has been destroyed or aborted (SIM-33)
   */
  @Nullable CommLifecycle life(long comm) {
    CommLifecycle life = lives.get(comm);
    if (life == null && isUsedUp(comm) && simulation.isChecking()) {
      EndedHandles.Ended before = ended.of(comm);
      throw simulation
          .findings()
          .keep(
              new ReportBuilder(
                      MisuseKind.USE_AFTER_DESTROY,
                      ": communicator 0x"
                          + Long.toHexString(comm)
                          + ", "
                          + before.name()
                          + ", was destroyed or aborted and is used again")
                  .rank(before.rank(), "uses it", "at " + CallSite.current())
                  .line("forget a handle when it is destroyed (LIF-12, SIM-33)"));
    }
    return life;
  }

  /** Whether a communicator had that handle, which is given out once. */
  private boolean isUsedUp(long comm) {
    return comm > FIRST_HANDLE
        && comm <= nextHandle.get()
        && (comm - FIRST_HANDLE) % BETWEEN_HANDLES == 0;
  }

  /** Whose handle it is, if that communicator is created, or null. */
  @Nullable CommLifecycle created(long comm) {
    CommLifecycle life = life(comm);
    return life == null || !life.isReady() ? null : life;
  }

  /** The parts of the communicator behind a handle, if it is created, or null. */
  @Nullable Endpoint endpoint(long comm) {
    CommLifecycle life = created(comm);
    return life == null ? null : life.endpoint();
  }

  /** Number of communicators that have a handle. */
  int communicators() {
    return lives.size();
  }

  /** The communicators of one device that have a handle, in the order of their handles. */
  List<CommLifecycle> livesOn(int device) {
    return lives.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .filter(each -> each.device().index() == device)
        .toList();
  }

  /**
   * The running call is one of the program's.
   *
   * @param life whose communicator it is for; null for one that is still to come, on the current
   *     device
   */
  void calls(HostTask task, @Nullable CommLifecycle life, String call) {
    SimDevice device = life == null ? currentDevice() : life.device();
    kernel().calls(task, device.index(), call);
  }

  /** A handle for a new communicator. */
  long register(CommLifecycle life) {
    log.creation(simulation.version());
    long handle = nextHandle.addAndGet(BETWEEN_HANDLES);
    lives.put(handle, life);
    origins.put(
        handle, simulation.lifetimes().open(Lifetimes.Kind.COMMUNICATOR, life.device().index()));
    return handle;
  }

  /** The handle is not valid any more: its communicator has ended. */
  void end(long comm) {
    CommLifecycle life = lives.remove(comm);
    closed(comm);
    if (life != null) {
      Endpoint own = life.endpoint();
      ended.add(comm, life.toString(), own == null ? 0 : own.member().worldRank());
    }
  }

  /** The same for a handle that was never given out. */
  void forget(long comm) {
    lives.remove(comm);
    closed(comm);
  }

  private void closed(long comm) {
    Lifetimes.Origin origin = origins.remove(comm);
    if (origin != null) {
      simulation.lifetimes().close(origin);
    }
  }

  /** The words that went with the last refusal, whatever the communicator (ERR-07). */
  String lastError() {
    return lastError;
  }

  /** A refusal with the words that go with it. */
  int refused(int code, String words) {
    lastError = words;
    log.warn(currentDevice().index(), words);
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
    if (!function.isIn(simulation.version())) {
      throw function.missingIn(simulation.version());
    }
  }

  /**
   * No usable network interface is an error of the first id or creation (rules UID-02, ENV-10): the
   * simulated machine has eth0 and lo.
   */
  void requireNetwork() {
    String wanted = simulation.environment().getOrDefault("NCCL_SOCKET_IFNAME", "");
    String family = simulation.environment().get("NCCL_SOCKET_FAMILY");
    boolean isSix = "AF_INET6".equals(family); // NCCL takes no loopback address of IPv6
    List<String> there = isSix ? List.of(ETHERNET) : List.of(ETHERNET, LOOPBACK);
    if (wanted.length() > 1 && there.stream().noneMatch(each -> matches(wanted, each))) {
      throw new CollectiveException(
          ResultCode.INVALID_USAGE,
          "Bootstrap : no socket interface found: of "
              + String.join(" and ", there)
              + ", which the simulated machine has"
              + (isSix ? " for NCCL_SOCKET_FAMILY=" + family : "")
              + ", none matches NCCL_SOCKET_IFNAME="
              + wanted
              + " (ENV-10)");
    }
  }

  /** Prefixes in a list; "=" in front of it means whole names, "^" all but these. */
  private static boolean matches(String wanted, String name) {
    boolean inverted = wanted.startsWith("^");
    String list = inverted ? wanted.substring(1) : wanted;
    boolean whole = list.startsWith("=");
    List<String> prefixes =
        Arrays.stream((whole ? list.substring(1) : list).split(",", -1))
            .map(each -> each.contains(":") ? each.substring(0, each.indexOf(':')) : each)
            .filter(each -> !each.isEmpty())
            .toList();
    boolean isIn =
        prefixes.isEmpty()
            || prefixes.stream()
                .anyMatch(each -> whole ? name.equals(each) : name.startsWith(each));
    return isIn != inverted;
  }

  /**
   * Does a job behind all creations, at the end of the open group or of one for itself (rule
   * GRP-09); a nonblocking communicator is polled (WIN-06).
   *
   * @param call what the program calls for that
   */
  int later(String call, CommLifecycle life, Job job) {
    HostTask task = kernel().enterToWait();
    try {
      calls(task, life, call);
      RuntimeException refusal = life.refusal();
      if (refusal != null) {
        throw Rethrown.of(refusal);
      }
      GroupState group = group();
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
