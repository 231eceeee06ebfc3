package org.jccl.sim.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongToIntFunction;
import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.DeviceMemory;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.Work;
import org.jccl.WorkBody;
import org.jccl.ops.Operation;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Lifetimes;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.device.CopyOp.Place;
import org.jccl.sim.device.Hazards.Access;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Steering;
import org.jccl.spi.CaptureGuard;
import org.jccl.spi.WorkLayout;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one simulated device: off-heap blocks that are known by address, so that every
 * range an operation names can be checked (SIM-25, SIM-26) and leaks can be listed.
 */
public final class SimMemory implements DeviceMemory {
  /** Every byte of memory whose content is undefined: NaN in all floating formats. */
  public static final byte POISON = Allocation.POISON;

  /** More than any device has. */
  private static final long MOST = 1L << 40;

  private final DeviceContext context;
  private final LongToIntFunction ownerOf;
  private final MachineRoom room = new MachineRoom();
  private final MemoryPool pool = new MemoryPool();

  /** Host memory that work may still use, though the program has closed it. */
  private final List<Arena> closedInUse = new CopyOnWriteArrayList<>();

  /** What means nothing; null where data is not followed. */
  private final @Nullable UndefinedMemory undefined;

  private final AllocationTable live = new AllocationTable();

  /** Its token: kept here, since each call looks at it. */
  private volatile Object allocations = live.token();

  private final FreeChecks freeing;
  private final DeviceCopies copies;

  private long made;

  /**
   * @param ownerOf index of the device of this simulation whose memory holds an address, or -1
   */
  SimMemory(DeviceContext context, LongToIntFunction ownerOf) {
    this.context = context;
    this.ownerOf = ownerOf;
    this.freeing = new FreeChecks(context);
    this.copies = new DeviceCopies(context, this);
    context.placesIn(live::place);
    context.programsBy(this::submit);
    context.blocksIn(this::block);
    this.undefined = context.simulation().followsData() ? new UndefinedMemory() : null;
  }

  @Override
  public long allocate(long bytes) {
    requireNotCapturing("allocation");
    return allocate(bytes, false);
  }

  @Override
  public long allocateForCall(long bytes) {
    return allocate(bytes, false);
  }

  /** Rule STR-30. */
  void requireNotCapturing(String what) {
    SimStream captured = context.capturedHere();
    if (captured != null) {
      throw CaptureGuard.refusal(what, captured);
    }
  }

  /** Memory as NCCL's allocator gives it: the only kind that makes windows (rule WIN-02). */
  public long allocateForLibrary(long bytes) {
    return allocate(bytes, true);
  }

  private long allocate(long bytes, boolean fromLibrary) {
    Kernel kernel = context.simulation().kernel();
    HostTask task = kernel.enter();
    try {
      kernel.calls(task, context.index(), "allocate");
      kernel.declares(task);
      MemorySegment block = take(bytes);
      Lifetimes lifetimes = context.simulation().lifetimes();
      Lifetimes.Origin origin = lifetimes.open(Lifetimes.Kind.BUFFER, context.index(), bytes);
      Allocation allocation =
          new Allocation(made++, block, block.asSlice(0, bytes), fromLibrary, origin);
      if (context.simulation().isChecking()) {
        allocation.bytes().fill(POISON);
      }
      if (undefined != null && context.simulation().checks() == CheckLevel.FULL) {
        String words =
            "were never written since allocation "
                + allocation.number()
                + " was made at "
                + CallSite.current();
        undefined.allocated(allocation.address(), bytes, words);
      }
      live.add(allocation);
      allocations = live.token();
      return allocation.address();
    } finally {
      kernel.exit(task);
    }
  }

  private MemorySegment take(long bytes) {
    if (bytes > MOST) {
      throw full(bytes, "no device has more than " + MOST, null);
    }
    long left = context.simulation().isChecking() ? room.shortOf(bytes) : -1; // it is filled
    if (left >= 0) {
      throw full(
          bytes,
          liveBytes() + " are in use on it, and this machine has " + left + " bytes left",
          null);
    }
    try {
      return pool.take(bytes);
    } catch (OutOfMemoryError none) {
      throw full(
          bytes,
          liveBytes()
              + " are in use on it, and this JVM gives no more off its heap"
              + " (-XX:MaxDirectMemorySize, else -Xmx)",
          none);
    }
  }

  private CollectiveException full(long bytes, String why, @Nullable Throwable cause) {
    return new CollectiveException(
        ResultCode.UNHANDLED_CUDA_ERROR,
        "out of memory: "
            + bytes
            + " bytes were asked for on device "
            + context.index()
            + ", "
            + why,
        cause);
  }

  @Override
  public void free(long address) {
    Kernel kernel = context.simulation().kernel();
    HostTask task = kernel.enter();
    try {
      kernel.calls(task, context.index(), "free");
      Allocation allocation = live.startingAt(address);
      if (allocation == null) {
        throw context.misuse(
            MisuseKind.BUFFER_RANGE, "free of an address that is not the start of an allocation");
      }
      Steering steering = kernel.steering();
      if (steering != null) {
        kernel.declares(task);
        steering.effect(allocation, Effect.WRITE);
      }
      if (freeing.isExcused(allocation, task) || freeing.isDeferred(allocation, task)) {
        context.simulation().lifetimes().close(allocation.origin(), allocation.bytes().byteSize());
        return;
      }
      live.remove(allocation);
      allocations = live.token();
      context.hazards().forget(address, address + allocation.bytes().byteSize());
      wrote(address, allocation.bytes().byteSize());
      pool.give(allocation.block());
      allocation.free(context.rankOf(task));
      context.simulation().lifetimes().close(allocation.origin(), allocation.bytes().byteSize());
    } finally {
      kernel.exit(task);
    }
  }

  /**
   * The first work of {@code communicator} that uses a range and is in flight as far as {@code
   * task} knows, or null.
   */
  public @Nullable Access user(long start, long end, String communicator, HostTask task) {
    return context.hazards().user(start, end, communicator, task);
  }

  /** From now on {@code holder} has to be closed before the memory that holds a range is freed. */
  public void hold(long address, long bytes, MemoryHolder holder) {
    Allocation allocation = live.around(address, bytes);
    if (allocation != null) {
      allocation.holders().add(holder);
    }
  }

  /** It is closed. */
  public void letGo(long address, MemoryHolder holder) {
    Allocation allocation = live.around(address, 1);
    if (allocation != null) {
      allocation.holders().removeIf(each -> each == holder);
    }
  }

  /** How reports name the rank of the calling thread. */
  public int rankOf(HostTask task) {
    return context.rankOf(task);
  }

  /** Captured work uses a range. */
  public void captured(
      Capture capture, long address, long bytes, String words, @Nullable String site) {
    if (bytes > 0) {
      capture.memory().add(live.around(address, bytes), words, site);
    }
  }

  void noteCaptured(SimStream stream, String words, Place place, long bytes) {
    Capture capture = stream.capture();
    if (capture != null && place.host() == null) {
      captured(capture, place.address(), bytes, words, context.simulation().lifetimes().here());
    }
  }

  /** A range was written. */
  public void wrote(long address, long bytes) {
    if (undefined != null) {
      undefined.defined(address, bytes);
    }
  }

  /** A range was copied inside the device. */
  void copied(long target, long source, long bytes) {
    if (undefined != null) {
      undefined.copied(target, source, bytes);
    }
  }

  /** Where data is followed: what of a range nobody has written. */
  public List<Undefined> undefinedIn(long address, long bytes) {
    return undefined == null ? List.of() : undefined.parts(address, bytes);
  }

  /** What was received at an address is undefined in part. */
  public void received(long address, Undefined part) {
    if (undefined != null) {
      undefined.received(address, part);
    }
  }

  /**
   * Where data is followed: the first part of a range that means nothing, or null. Asked once: from
   * then on the range counts as written, so that one mistake makes one report.
   */
  @Nullable Undefined takeUndefined(long address, long bytes) {
    List<Undefined> found = undefinedIn(address, bytes);
    if (found.isEmpty()) {
      return null;
    }
    wrote(address, bytes);
    return found.getFirst();
  }

  /**
   * An operation should have written a range and has not: whoever goes on with it has stale data.
   *
   * @param input the operation, if the range still is its input; or null
   */
  public void leftUndefined(long address, long bytes, String words, @Nullable Operation input) {
    if (undefined != null && find(address, bytes) != null) {
      boolean isStale = context.simulation().findings().faults().hasStruck();
      Undefined.Origin origin = new Undefined.Origin(words, List.of(), isStale);
      undefined.stale(address, bytes, origin, input);
    }
  }

  /**
   * Work was refused that should have come to {@code stream} and written a range: from there on
   * that is stale. Called with the baton in hand.
   *
   * @param input the operation, if the range still is its input; or null
   */
  public void refused(
      SimStream stream, long address, long bytes, String words, @Nullable Operation input) {
    if (!stream.isClosed() && !stream.isCapturing()) {
      stream.enqueue(new StaleMark(stream, this, address, bytes, words, input));
    }
  }

  /** {@code operation} is called with a range as its input. */
  public void usedBy(Operation operation, long address, long bytes) {
    if (undefined != null) {
      undefined.usedBy(operation, address, bytes);
    }
  }

  /** The bytes of a range, or null if it is not inside one live allocation. */
  public @Nullable MemorySegment find(long address, long bytes) {
    Allocation allocation = live.around(address, bytes);
    return allocation == null
        ? null
        : allocation.bytes().asSlice(address - allocation.address(), bytes);
  }

  /** What is allocated, as a token: another one as soon as anything is allocated or freed. */
  public Object allocations() {
    return allocations;
  }

  /** Whether the range is in one live allocation that NCCL's allocator made. */
  public boolean isFromLibrary(long address, long bytes) {
    Allocation allocation = live.around(address, bytes);
    return allocation != null && allocation.fromLibrary();
  }

  /** How far {@code address} is behind the start of its live allocation, or -1 without one. */
  public long offsetOf(long address) {
    Allocation allocation = live.around(address, 1);
    return allocation == null ? -1 : address - allocation.address();
  }

  /** Size of the live allocation that {@code address} lies in, or 0 without one. */
  public long allocatedAround(long address) {
    Allocation allocation = live.around(address, 1);
    return allocation == null ? 0 : allocation.bytes().byteSize();
  }

  private Object block(long address) {
    Allocation allocation = live.around(address, 1);
    return allocation == null ? "memory of the host" : allocation;
  }

  /**
   * The bytes of a range that {@code what} names.
   *
   * @throws org.jccl.ReportedMisuse if it is not inside one live allocation
   */
  public MemorySegment range(long address, long bytes, String what) {
    MemorySegment memory = find(address, bytes);
    if (memory != null) {
      return memory;
    }
    ReportBuilder wrong = wrong(address, bytes, what).among(List.of(context.index()));
    throw context.simulation().findings().keep(wrong);
  }

  /** The same, of which somebody keeps the address. */
  public KeptMemory kept(long address, long bytes, String what) {
    MemorySegment memory = range(address, bytes, what);
    return new KeptMemory(Objects.requireNonNull(live.around(address, bytes)), memory);
  }

  /** What is wrong with a range that {@link #find} does not find. */
  public ReportBuilder wrong(long address, long bytes, String what) {
    String on = " on device " + context.index() + ": " + what;
    int owner = ownerOf.applyAsInt(address);
    if (owner >= 0 && owner != context.index()) {
      return new ReportBuilder(
          MisuseKind.BUFFER_DEVICE,
          on + " is memory of device " + owner + ", not of this device (SIM-27)");
    }
    String room = live.roomAt(address);
    if (room != null) {
      return new ReportBuilder(MisuseKind.BUFFER_RANGE, on + " needs " + bytes + " bytes, " + room);
    }
    return new ReportBuilder(
        MisuseKind.BUFFER_INVALID,
        on
            + (address == 0 ? " is null" : " is at an address in no live allocation")
            + ", and "
            + bytes
            + " bytes of it are used (SIM-26)");
  }

  /** Bytes in live allocations. */
  public long liveBytes() {
    return live.bytes();
  }

  /** Number of live allocations. */
  public int liveCount() {
    return live.size();
  }

  void close() {
    live.clear();
    allocations = live.token();
    pool.close();
    closedInUse.forEach(Arena::close);
    closedInUse.clear();
  }

  @Override
  public Arena hostArena() {
    requireNotCapturing("allocation");
    return new HostArena(context, closedInUse::add);
  }

  private void submit(SimStream stream, Work work, WorkBody body) {
    WorkLayout layout = WorkLayout.of(work, stream.device());
    layout
        .all()
        .forEach(
            piece ->
                noteCaptured(
                    stream, work.toString(), Place.onDevice(piece.address()), piece.bytes()));
    stream.submit("work", on -> new WorkOp(on, this, layout, body));
  }

  @Override
  public void copyIn(long target, MemorySegment source, Stream stream) {
    copies.copyIn(target, source, stream);
  }

  @Override
  public void copyOut(MemorySegment target, long source, Stream stream) {
    copies.copyOut(target, source, stream);
  }

  @Override
  public void copyOutNow(MemorySegment target, long source, Stream stream) {
    copies.copyOutNow(target, source, stream);
  }

  @Override
  public void copy(long target, long source, long bytes, Stream stream) {
    copies.copy(target, source, bytes, stream);
  }

  @Override
  public void fill(long target, byte value, long bytes, Stream stream) {
    copies.fill(target, value, bytes, stream);
  }
}
