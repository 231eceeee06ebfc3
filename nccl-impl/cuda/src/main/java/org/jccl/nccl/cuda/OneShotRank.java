package org.jccl.nccl.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaError;
import jcuda.runtime.cudaEvent_t;
import org.jccl.DataType;
import org.jccl.Stream;
import org.jccl.config.TimeLimit;
import org.jccl.nccl.ffi.DriverCalls;
import org.jccl.nccl.ffi.KernelLaunch;
import org.jccl.ops.CallArguments;
import org.jccl.ops.KernelCalls;
import org.jccl.ops.Operation;
import org.jccl.spi.KernelRank;
import org.jspecify.annotations.Nullable;

/**
 * One rank's launches of {@link OneShotKernels}. Calls of a communicator run in the order in which
 * they are made, also on different streams, as NCCL's do: where the stream changes, the new one
 * waits for an event of the old one. Calls in a graph are in the order of their capture, and in
 * none with calls outside it.
 */
final class OneShotRank implements KernelRank, StreamUser {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(2);
  private static final int BLOCKS = 32;
  private static final int THREADS = 512;
  private static final int WARP = 32;
  private static final int BYTES_OF_LINE = 8;

  // struct Call of one_shot.cu
  private static final long SEND = 0;
  private static final long RECV = 8;
  private static final long BYTES = 16;
  private static final long SEND_STRIDE = 24;
  private static final long RECV_STRIDE = 32;
  private static final long LIMIT = 40;
  private static final long CONTROL = 48;
  private static final long NOTICE = 56;
  private static final long SLOTS = 64;
  private static final long LINES = SLOTS + 8L * KernelCalls.MOST_RANKS;
  private static final long RANK = LINES + 4;
  private static final long RANKS = LINES + 8;

  /** The size of the structure. */
  static final long CALL_BYTES = LINES + 16;

  private final OneShotKernels group;
  private final CudaDevice device;
  private final OneShotModule module;
  private final int rank;
  private final long limit;
  private final IntFunction<RuntimeException> missing;
  private final OneShotNotice notice;
  private final MemorySegment answer = Arena.ofAuto().allocate(16, 8);
  private final Lane plain;
  private @Nullable Lane captured;
  private long capture;
  private int captures;
  private boolean isTold;

  /** Guards the notice against an abort that comes late. */
  private final Object end = new Object();

  private boolean isClosed;

  OneShotRank(
      OneShotKernels group,
      CudaDevice device,
      int rank,
      TimeLimit limit,
      IntFunction<RuntimeException> missing) {
    this.group = group;
    this.device = device;
    this.module = device.oneShot();
    this.rank = rank;
    this.limit = limit.nanos();
    this.missing = missing;
    device.makeCurrent();
    this.notice = OneShotNotice.take();
    this.plain = new Lane(0);
    device.add(this);
  }

  /** Calls that are in one order: those outside graphs, or those of one capture. */
  private final class Lane {
    private final KernelLaunch launch = new KernelLaunch(CALL_BYTES);
    private final MemorySegment call = launch.parameters();
    private final cudaEvent_t mark = new cudaEvent_t();
    private @Nullable CudaStream last;
    private boolean isMarked;

    /** The device is current, and stays it. */
    Lane(int number) {
      Cuda.check(
          JCuda.cudaEventCreateWithFlags(mark, JCuda.cudaEventDisableTiming),
          "cudaEventCreateWithFlags");
      OneShotChannel channel = group.channel(number);
      device.makeCurrent();
      call.set(JAVA_LONG, LIMIT, limit);
      call.set(JAVA_LONG, CONTROL, channel.control(rank));
      call.set(JAVA_LONG, NOTICE, notice.address());
      for (int each = 0; each < group.ranks(); each++) {
        call.set(JAVA_LONG, SLOTS + 8L * each, channel.slots(each));
      }
      call.set(JAVA_INT, LINES, group.lines());
      call.set(JAVA_INT, RANK, rank);
      call.set(JAVA_INT, RANKS, group.ranks());
    }

    void goesTo(CudaStream stream) {
      if (last == stream) {
        return;
      }
      if (last != null) {
        record(last);
      }
      if (isMarked) {
        Cuda.check(JCuda.cudaStreamWaitEvent(stream.raw(), mark, 0), "cudaStreamWaitEvent");
      }
      last = stream;
    }

    void record(CudaStream stream) {
      Cuda.check(JCuda.cudaEventRecord(mark, stream.raw()), "cudaEventRecord");
      isMarked = true;
      last = null;
    }

    int start(CallArguments arguments, CudaStream stream, boolean inGraph) {
      Operation operation = arguments.operation();
      long bytes = arguments.count() * DataType.ofCode(arguments.type()).bytes();
      call.set(JAVA_LONG, SEND, arguments.send());
      call.set(JAVA_LONG, RECV, arguments.recv());
      call.set(JAVA_LONG, BYTES, bytes);
      call.set(JAVA_LONG, SEND_STRIDE, operation == Operation.REDUCE_SCATTER ? bytes : 0);
      call.set(JAVA_LONG, RECV_STRIDE, operation == Operation.ALL_GATHER ? bytes : 0);
      int lines = (int) ((bytes + BYTES_OF_LINE - 1) / BYTES_OF_LINE);
      return launch.launch(
          module.function(operation, arguments.type()),
          Math.min(BLOCKS, (lines + THREADS - 1) / THREADS),
          Math.min(THREADS, (lines + WARP - 1) / WARP * WARP),
          stream.handle(),
          module.overlaps(inGraph));
    }
  }

  @Override
  public synchronized int launch(CallArguments call, Stream stream) {
    throwFailure();
    CudaStream target = CudaStream.of(stream);
    device.makeCurrent();
    long number = DriverCalls.captureNumber(target.handle(), answer);
    Lane lane = lane(number);
    if (lane == null) {
      return NOT_HERE;
    }
    lane.goesTo(target);
    Cuda.checkDriver(lane.start(call, target, number != 0), "cuLaunchKernelEx");
    return 0;
  }

  @Override
  public synchronized void order(Stream stream) {
    CudaStream target = CudaStream.of(stream);
    if (target == plain.last && captured == null) {
      return;
    }
    device.makeCurrent();
    long number = DriverCalls.captureNumber(target.handle(), answer);
    Lane lane = number == 0 ? plain : number == capture ? captured : null;
    if (lane != null) {
      lane.goesTo(target);
    }
  }

  private @Nullable Lane lane(long number) {
    if (number == 0) {
      return plain;
    }
    if (number != capture) {
      destroy(captured);
      capture = number;
      captures++;
      captured = captures > KernelCalls.MOST_CAPTURES ? null : new Lane(captures);
    }
    return captured;
  }

  private static void destroy(@Nullable Lane lane) {
    if (lane != null) {
      JCuda.cudaEventDestroy(lane.mark);
    }
  }

  @Override
  public synchronized void leaves(Stream stream) {
    CudaStream last = plain.last;
    if (last != null && last == stream) {
      plain.record(last);
    }
  }

  @Override
  public void throwFailure() {
    int late = notice.missing();
    if (late >= 0) {
      boolean first;
      synchronized (end) {
        first = !isTold && !isClosed;
        isTold = true;
      }
      if (first) {
        throw missing.apply(late);
      }
    }
  }

  @Override
  public void abort() {
    synchronized (end) {
      if (!isClosed) {
        notice.abort();
      }
    }
  }

  @Override
  public synchronized void close() {
    synchronized (end) {
      if (isClosed) {
        return;
      }
      isClosed = true;
    }
    device.remove(this);
    device.makeCurrent();
    boolean calm = isCalm();
    if (calm && captures == 0) {
      notice.giveBack();
    }
    destroy(captured);
    JCuda.cudaEventDestroy(plain.mark);
    group.closed(calm);
    device.makeCurrent();
  }

  /** Whether what was enqueued outside graphs has ended, perhaps by an abort just now. */
  private boolean isCalm() {
    CudaStream last = plain.last;
    if (last != null && !last.mark(plain.mark)) {
      return false;
    }
    return (last == null && !plain.isMarked)
        || becomes(() -> JCuda.cudaEventQuery(plain.mark) != cudaError.cudaErrorNotReady);
  }

  /** Whether that comes true in a short time. */
  static boolean becomes(BooleanSupplier state) {
    long start = System.nanoTime();
    while (!state.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE) {
        return false;
      }
      LockSupport.parkNanos(20_000);
    }
    return true;
  }
}
