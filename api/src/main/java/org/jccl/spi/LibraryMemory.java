package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.jccl.CallMemory;
import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.Communicator.State;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.IssuedCall;
import org.jccl.MemoryStatistics;
import org.jccl.Registration;
import org.jccl.SignalWait;
import org.jccl.Stream;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.ops.CallArguments;
import org.jccl.ops.NcclFunction;
import org.jccl.ops.Operation;
import org.jccl.spi.StateRules.Act;
import org.jspecify.annotations.Nullable;

/**
 * Memory that a communicator knows: registrations, windows, one-sided operations into them, and its
 * own statistics (chapter 9 and LIF-25 of the rule book).
 */
final class LibraryMemory implements CallForecasts.Known {
  /** The bit of suspend that gives scratch memory back (rule LIF-21). */
  static final int SUSPEND_MEMORY = 1;

  /** RMA-02: context, signal index and flags have one value. */
  private static final int ZERO = 0;

  private static final int DESCRIPTOR_INTS = 4;

  private static final System.Logger LOG = System.getLogger("org.jccl");

  private final LibraryCommunicator owner;
  private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
  private final SymmetricPool pool;
  private final AddressRanges symmetric = new AddressRanges();
  private final AddressRanges registered = new AddressRanges();
  private boolean isToldOfNoWindows;

  LibraryMemory(LibraryCommunicator owner, boolean shares) {
    this.owner = owner;
    this.pool = new SymmetricPool(owner.device(), this::openSymmetric, shares);
  }

  // ---- memory of the communicator's own

  DeviceBuffer allocate(DataType type, long count) {
    owner.guard().requireLegal(Act.OPERATION, "allocate");
    return count > 0 && opensWindows()
        ? pool.allocate(type, count)
        : owner.device().allocate(type, count);
  }

  @Override
  public boolean opensWindows() {
    return owner.tuning().windows() && NcclFunction.COMM_WINDOW_REGISTER.isIn(owner.version());
  }

  @Override
  public boolean isKnown(long address, long bytes, CallMemory least) {
    return symmetric.cover(address, bytes)
        || (least == CallMemory.REGISTERED && registered.cover(address, bytes));
  }

  boolean isOwnWindow(long handle) {
    return pool.hasWindow(handle);
  }

  private Window openSymmetric(DeviceBuffer memory) {
    Window made = registerWindow(memory, WindowFlag.COLLECTIVE_SYMMETRIC);
    open.remove(made); // Work may be in it when the communicator is closed, which then takes it.
    owner.guard().awaitReady(owner.config().initLimit());
    if (made.isNull() && !isToldOfNoWindows) {
      isToldOfNoWindows = true;
      LOG.log(
          Level.WARNING,
          "{0}: windows are not supported here, so its memory lies in none: large calls are no"
              + " faster (WIN-03)",
          owner);
    }
    return made;
  }

  private boolean isChecked() {
    return owner.config().checks() != CheckLevel.NONE;
  }

  private IllegalArgumentException wrong(String what, String words) {
    return new IllegalArgumentException(owner.who() + ", " + what + ": " + words);
  }

  private void requireOwn(String what, DeviceBuffer buffer) {
    if (buffer.device() != owner.device() || buffer.isClosed()) {
      throw wrong(what, buffer + " is not open memory of device " + owner.device().index());
    }
  }

  // ---- registration

  Registration register(DeviceBuffer buffer) {
    owner.guard().require(NcclFunction.COMM_REGISTER);
    requireOwn("register", buffer);
    owner.guard().requireLegal(Act.OPERATION);
    MemorySegment slot = Arena.ofAuto().allocate(JAVA_LONG);
    long comm = owner.handle().value();
    int code =
        owner
            .calls()
            .asked(
                "ncclCommRegister",
                owner.config().initLimit(),
                () -> owner.abi().commRegister(comm, buffer.address(), buffer.bytes(), slot));
    owner.guard().settled(code, "register");
    long address = buffer.address();
    long bytes = buffer.bytes();
    registered.add(address, bytes);
    Registration[] made = new Registration[1];
    made[0] =
        new Registration(
            owner,
            buffer,
            slot.get(JAVA_LONG, 0),
            handle -> {
              registered.remove(address, bytes);
              GroupRecording.whenIssued(() -> deregister(made[0], handle));
            });
    open.add(made[0]);
    return made[0];
  }

  private void deregister(Registration registration, long handle) {
    open.remove(registration);
    int code =
        owner.quick(
            "ncclCommDeregister",
            owner.config().closeLimit(),
            comm -> owner.abi().commDeregister(comm, handle));
    if (code != 0) {
      throw owner.failure(code, "closing a registration");
    }
  }

  // ---- windows

  Window registerWindow(DeviceBuffer buffer, WindowFlag... flags) {
    owner.guard().require(NcclFunction.COMM_WINDOW_REGISTER);
    requireOwn("registerWindow", buffer);
    if (buffer.bytes() == 0) {
      throw wrong("registerWindow", buffer + " is empty; a window has memory (ARG-29)");
    }
    int bits = bits(flags);
    owner.guard().requireLegal(Act.OPERATION, "registerWindow");
    if (buffer.device() instanceof CaptureGuard device) {
      device.requireNotCapturing("registerWindow");
    }
    MemorySegment slot = Arena.ofAuto().allocate(JAVA_LONG);
    long comm = owner.handle().value();
    int code =
        owner
            .calls()
            .bounded(
                "registerWindow (ncclCommWindowRegister)",
                owner.config().initLimit(),
                () ->
                    owner
                        .abi()
                        .commWindowRegister(comm, buffer.address(), buffer.bytes(), slot, bits));
    if (owner.guard().settled(code, "registerWindow") == 0) {
      owner.guard().mayGoOn();
    }
    AddressRanges ranges =
        List.of(flags).contains(WindowFlag.COLLECTIVE_SYMMETRIC) ? symmetric : registered;
    long address = buffer.address();
    long bytes = buffer.bytes();
    if (slot.get(JAVA_LONG, 0) != 0 || owner.handle().poll() == State.BUSY) { // no null window
      ranges.add(address, bytes);
    }
    Window[] made = new Window[1];
    made[0] =
        new Window(
            owner,
            buffer,
            () -> windowIn(slot),
            this::pointer,
            () -> {
              ranges.remove(address, bytes);
              GroupRecording.whenIssued(() -> drop(made[0]));
            });
    open.add(made[0]);
    return made[0];
  }

  private int bits(WindowFlag... flags) {
    int bits = 0;
    for (WindowFlag flag : flags) {
      if (owner.version() < flag.since()) {
        throw new UnsupportedOperationException(
            "window flag "
                + flag
                + " needs NCCL "
                + NcclFunction.text(flag.since())
                + ", found "
                + NcclFunction.text(owner.version()));
      }
      bits |= flag.bit();
    }
    return bits;
  }

  /** The registration may still be on its way (WIN-06). */
  private long windowIn(MemorySegment slot) {
    long handle = slot.get(JAVA_LONG, 0);
    if (handle == 0 && owner.handle().poll() == State.BUSY) {
      throw new IllegalStateException(
          owner.who() + ": the window is still being registered: awaitReady() first (WIN-06)");
    }
    return handle == 0 ? slot.get(JAVA_LONG, 0) : handle;
  }

  private void drop(Window window) {
    long handle = window.handle();
    open.remove(window);
    int code =
        owner.quick(
            "ncclCommWindowDeregister",
            owner.config().closeLimit(),
            comm -> owner.abi().commWindowDeregister(comm, handle));
    if (code != 0) {
      throw owner.failure(code, "closing a window");
    }
  }

  private long pointer(long window) {
    owner.guard().require(NcclFunction.WIN_GET_USER_PTR);
    if (window == 0) {
      return 0;
    }
    MemorySegment out = Arena.ofAuto().allocate(JAVA_LONG);
    int code =
        owner.quick(
            "ncclWinGetUserPtr",
            Library.ANSWER,
            comm -> owner.abi().winGetUserPtr(comm, window, out));
    owner.guard().settled(code, "asking for a window's pointer");
    return out.get(JAVA_LONG, 0);
  }

  /** A communicator takes them with it (MEM-04), so one that fails is no reason to stop. */
  void close() {
    pool.close();
    for (AutoCloseable each : List.copyOf(open)) {
      try {
        each.close();
      } catch (Exception failed) {
        ClosingLog.failed(owner + ": closing " + each + " failed", failed);
      }
    }
  }

  // ---- one-sided operations

  void putSignal(DeviceBuffer source, int peer, Window window, long offset, Stream stream) {
    owner.guard().require(NcclFunction.PUT_SIGNAL);
    if (window.owner() != owner || window.isClosed()) {
      throw wrong("putSignal", window + " is not an open window of this communicator");
    }
    if (isChecked()) {
      requireOwn("putSignal", source);
      requirePeer("putSignal", peer);
      requireOwn("putSignal", stream);
      if (offset < 0) {
        throw wrong("putSignal", "offset " + offset + " is negative");
      }
    }
    owner.guard().requireLegal(Act.OPERATION, "putSignal");
    long target = window.handle();
    if (target == 0 && isChecked()) {
      throw wrong("putSignal", "the window is null: windows are not supported here (WIN-03)");
    }
    owner.note(stream);
    issue(
        NcclFunction.PUT_SIGNAL,
        "putSignal",
        oneSided(source.address(), source.count(), source.type().code(), peer),
        stream,
        () ->
            owner
                .abi()
                .putSignal(
                    source.address(),
                    source.count(),
                    source.type().code(),
                    peer,
                    target,
                    offset,
                    ZERO,
                    ZERO,
                    ZERO,
                    owner.handle().value(),
                    stream.handle()));
  }

  void signal(int peer, Stream stream) {
    owner.guard().require(NcclFunction.SIGNAL);
    if (isChecked()) {
      requirePeer("signal", peer);
      requireOwn("signal", stream);
    }
    owner.guard().requireLegal(Act.OPERATION, "signal");
    owner.note(stream);
    issue(
        NcclFunction.SIGNAL,
        "signal",
        oneSided(0, 0, -1, peer),
        stream,
        () -> owner.abi().signal(peer, ZERO, ZERO, ZERO, owner.handle().value(), stream.handle()));
  }

  void waitSignal(List<SignalWait> signals, Stream stream) {
    owner.guard().require(NcclFunction.WAIT_SIGNAL);
    List<SignalWait> waits = List.copyOf(signals);
    if (isChecked()) {
      requireWaits(waits);
      requireOwn("waitSignal", stream);
    }
    owner.guard().requireLegal(Act.OPERATION, "waitSignal");
    owner.note(stream);
    MemorySegment descriptors =
        Arena.ofAuto().allocate(JAVA_INT, Math.max(1, DESCRIPTOR_INTS * waits.size()));
    for (int i = 0; i < waits.size(); i++) {
      descriptors.setAtIndex(JAVA_INT, DESCRIPTOR_INTS * i, waits.get(i).count());
      descriptors.setAtIndex(JAVA_INT, DESCRIPTOR_INTS * i + 1, waits.get(i).peer());
    }
    issue(
        NcclFunction.WAIT_SIGNAL,
        "waitSignal",
        oneSided(0, 0, -1, waits.isEmpty() ? IssuedCall.NO_RANK : waits.getFirst().peer()),
        stream,
        () ->
            owner
                .abi()
                .waitSignal(waits.size(), descriptors, owner.handle().value(), stream.handle()));
  }

  /** The call as listeners see it; null if nobody listens. */
  private @Nullable CallArguments oneSided(long source, long count, int type, int peer) {
    return owner.hook() == null
        ? null
        : new CallArguments().set(Operation.SEND, source, 0, count, type, 0, peer);
  }

  private void issue(
      NcclFunction function,
      String what,
      @Nullable CallArguments shown,
      Stream stream,
      IntSupplier body) {
    CallHook heard = owner.hook();
    if (heard == null || shown == null) {
      owner.guard().settled(owner.calls().within(what, function::symbol, body), what);
      return;
    }
    heard.show(what, shown, stream);
    try {
      heard.before();
      owner.guard().settled(owner.calls().within(what, function::symbol, body), what);
    } catch (RuntimeException | Error failure) {
      heard.failed(failure);
      throw failure;
    }
    CollectiveException verdict = heard.after();
    if (verdict != null) {
      throw verdict;
    }
  }

  /** ARG-14; NCCL does not check the peer. */
  private void requireWaits(List<SignalWait> waits) {
    if (waits.isEmpty()) {
      throw wrong("waitSignal", "there is nothing to wait for (ARG-14)");
    }
    for (SignalWait wait : waits) {
      requirePeer("waitSignal", wait.peer());
      if (wait.count() < 1) {
        throw wrong("waitSignal", "count " + wait.count() + " is not positive (ARG-14)");
      }
    }
  }

  private void requirePeer(String what, int peer) {
    if (peer < 0 || peer >= owner.worldSize()) {
      throw wrong(what, "peer " + peer + " is not in 0.." + (owner.worldSize() - 1));
    }
  }

  private void requireOwn(String what, Stream stream) {
    if (stream.device() != owner.device()) {
      throw wrong(
          what,
          "the stream is of device "
              + stream.device().index()
              + ", the communicator of device "
              + owner.device().index());
    }
  }

  // ---- statistics

  MemoryStatistics statistics() {
    owner.guard().require(NcclFunction.COMM_MEM_STATS);
    owner.guard().requireLegal(Act.QUESTION);
    return new MemoryStatistics(statistic(0), statistic(1) != 0, statistic(2), statistic(3));
  }

  private long statistic(int which) {
    MemorySegment out = Arena.ofAuto().allocate(JAVA_LONG);
    int code =
        owner.quick(
            "ncclCommMemStats", Library.ANSWER, comm -> owner.abi().commMemStats(comm, which, out));
    owner.guard().settled(code, "memoryStatistics");
    return out.get(JAVA_LONG, 0);
  }
}
