package org.jccl.sim.comm.onesided;

import java.util.List;
import java.util.function.LongConsumer;
import org.jccl.DataType;
import org.jccl.ResultCode;
import org.jccl.config.ConfigField;
import org.jccl.sim.check.CallSite.Trail;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.match.RunningLaunch;
import org.jccl.sim.comm.memory.RegisteredMemory;
import org.jccl.sim.comm.memory.Registrations;
import org.jccl.sim.comm.memory.SharedWindow;
import org.jccl.sim.comm.memory.Suspension;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.math.DataPlane;
import org.jspecify.annotations.Nullable;

/**
 * One rank's one-sided operations: NCCL's checks on them in NCCL's order (rules ARG-11 to ARG-14),
 * and the set-up that the first one makes with all ranks (rule RMA-07).
 */
public final class OneSided {
  private static final int OK = 0;
  private static final int INVALID_ARGUMENT = ResultCode.INVALID_ARGUMENT.code();

  /** From here on the first window sets up what RMA-07 leaves to the first call (RMA-13). */
  private static final int SET_UP_BY_WINDOWS = 23102;

  private final CommMember member;
  private final Registrations registrations;
  private final Suspension suspension;
  private final Signals signals;
  private final DataPlane dataPlane;
  private final Trail trail;
  private boolean ready;

  /** Those of {@code member}, whose windows are among {@code registrations}. */
  public OneSided(
      CommMember member,
      Registrations registrations,
      Suspension suspension,
      Signals signals,
      DataPlane dataPlane) {
    this.member = member;
    this.registrations = registrations;
    this.suspension = suspension;
    this.signals = signals;
    this.dataPlane = dataPlane;
    this.trail = new Trail(member.worldSize());
    this.ready = isSetUpByWindows() && member.config().get(ConfigField.RMA_EAGER_INIT) == 1;
  }

  /** Checks a put before its window and source are looked at (ARG-01 steps 6 and 7, ARG-11). */
  public int checkPut(int peer, int type, int signalIndex, int context, int flags) {
    if (isNoRank(peer) || !DataType.isCode(type)) {
      return INVALID_ARGUMENT;
    }
    return checkSignal(peer, signalIndex, context, flags);
  }

  /** Checks a signal (rule ARG-13). */
  public int checkSignal(int peer, int signalIndex, int context, int flags) {
    boolean fits = hasLine(signalIndex, context) && flags == 0;
    return !isNoRank(peer) && isSupported() && fits ? OK : INVALID_ARGUMENT;
  }

  /** Checks a signal or a wait, behind its arguments: neither sets anything up (RMA-13). */
  public int checkSetUp() {
    return ready || !isSetUpByWindows() ? OK : ResultCode.INVALID_USAGE.code();
  }

  private boolean isSetUpByWindows() {
    return member.comm().simulation().version() >= SET_UP_BY_WINDOWS;
  }

  /** The communicator has a new window. */
  public void hasWindow() {
    ready |= isSetUpByWindows();
  }

  /**
   * Whether there are such signals: one line of them (RMA-02), or as many as asked for (RMA-12).
   */
  private boolean hasLine(int signalIndex, int context) {
    boolean several = member.comm().simulation().version() >= ConfigField.NUM_RMA_SIG.since();
    int signals = several ? member.config().get(ConfigField.NUM_RMA_SIG) : 1;
    int contexts = several ? member.config().get(ConfigField.NUM_RMA_CTX) : 1;
    return signalIndex >= 0 && signalIndex < signals && context >= 0 && context < contexts;
  }

  /** The number of these signals among those from one rank to another. */
  public int line(int signalIndex, int context) {
    return context * member.config().get(ConfigField.NUM_RMA_SIG) + signalIndex;
  }

  /** Checks the window and the source of a put (rule ARG-11). */
  public int checkPutMemory(long window, long source) {
    if (window == 0) {
      return INVALID_ARGUMENT;
    }
    if (registrations.windowOf(window) == null) {
      return ResultCode.INTERNAL_ERROR.code();
    }
    boolean symmetric = registrations.symmetricWindowAt(source) != null;
    return source != 0 && symmetric ? OK : INVALID_ARGUMENT;
  }

  /** Checks a wait with that many descriptors; negative counts are refused too (SIM-57). */
  public int checkWait(int descriptors) {
    return isSupported() && descriptors > 0 ? OK : INVALID_ARGUMENT;
  }

  /** Checks one descriptor of a wait (rule ARG-14); unknown peers are refused too (SIM-57). */
  public int checkDescriptor(int count, int peer, int signalIndex, int context) {
    boolean fits = count > 0 && hasLine(signalIndex, context);
    return fits && !isNoRank(peer) ? OK : INVALID_ARGUMENT;
  }

  private boolean isNoRank(int peer) {
    return peer < 0 || peer >= member.worldSize();
  }

  private boolean isSupported() {
    return Registrations.supportsWindows(member.comm().simulation())
        && member.config().get(ConfigField.NUM_RMA_CTX) != 0; // CFG-14
  }

  /** A checked put. */
  public OneSidedCall put(
      long source, long bytes, int peer, long window, long offset, int line, SimStream stream) {
    RegisteredMemory own = registrations.windowOf(window);
    SharedWindow target = own == null ? null : own.window();
    OneSidedCall.Kind kind = OneSidedCall.Kind.PUT_SIGNAL;
    Object site = begin(kind, peer, source, bytes);
    return new OneSidedCall(
        kind,
        stream,
        stream.isCapturing(),
        source,
        bytes,
        peer,
        target,
        offset,
        line,
        List.of(),
        site);
  }

  /** A checked signal. */
  public OneSidedCall signal(int peer, int line, SimStream stream) {
    OneSidedCall.Kind kind = OneSidedCall.Kind.SIGNAL;
    Object site = begin(kind, peer, 0, 0);
    return new OneSidedCall(
        kind, stream, stream.isCapturing(), 0, 0, peer, null, 0, line, List.of(), site);
  }

  /** A checked wait. */
  public OneSidedCall await(List<OneSidedCall.Awaited> awaited, SimStream stream) {
    OneSidedCall.Kind kind = OneSidedCall.Kind.WAIT_SIGNAL;
    Object site = begin(kind, 0, 0, 0);
    return new OneSidedCall(
        kind, stream, stream.isCapturing(), 0, 0, 0, null, 0, 0, List.copyOf(awaited), site);
  }

  /** A call begins; {@return where it is made, if anybody checks} */
  private @Nullable Object begin(OneSidedCall.Kind kind, int peer, long source, long bytes) {
    suspension.requireAwake(kind.name());
    return member.comm().simulation().isChecking()
        ? trail.next(kind.ordinal() << 16 ^ peer, Trail.mixed(source, bytes))
        : null;
  }

  /**
   * Checks at launch that a put stays inside the windows. NCCL looks at the first byte of the
   * target only (rule ARG-12); what reaches beyond is refused here too (SIM-56).
   */
  public int checkRange(OneSidedCall call) {
    SharedWindow target = call.window();
    if (call.bytes() == 0 || target == null) {
      return OK;
    }
    RegisteredMemory source = registrations.symmetricWindowAt(call.source());
    boolean inside =
        source != null
            && call.bytes() <= source.end() - call.source()
            && call.offset() >= 0
            && call.offset() < target.bytes(member.rank())
            && call.bytes() <= target.bytes(call.peer()) - call.offset();
    return inside ? OK : INVALID_ARGUMENT;
  }

  /** The calls of one launch; {@code done} is told the virtual time of their end. */
  public OneSidedSequence program(
      RunningLaunch launch, List<OneSidedCall> calls, LongConsumer done) {
    return new OneSidedSequence(launch, calls, signals, dataPlane, done);
  }

  /** Whether all ranks have issued their first one-sided call (rule RMA-07). */
  public boolean isReady() {
    return ready;
  }

  /** They have. */
  public void becomeReady() {
    ready = true;
  }
}
