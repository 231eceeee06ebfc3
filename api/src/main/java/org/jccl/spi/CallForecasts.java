package org.jccl.spi;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jccl.CallForecast;
import org.jccl.CallMemory;
import org.jccl.Collectives;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.ReduceOp;
import org.jccl.config.ConfigField;
import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;
import org.jccl.ops.CallArguments;
import org.jccl.ops.Operation;
import org.jccl.ops.SymmetricCalls;

/**
 * Which way the calls of one communicator take: in windows or not, with which thread blocks, in
 * which time. It warns of a call for which windows were chosen, and whose buffers lie in none.
 */
final class CallForecasts {
  private static final System.Logger LOG = System.getLogger("org.jccl");

  /** One warning is enough for a process; more of them are of interest to who debugs. */
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  /** What a communicator knows of memory. */
  interface Known {
    /** Whether windows were chosen, and the library has them. */
    boolean opensWindows();

    /** Whether all of these bytes are known so well, or better. */
    boolean isKnown(long address, long bytes, CallMemory least);
  }

  private final CommunicatorBase owner;
  private final int version;
  private final Known memory;
  private final Supplier<String> whyNoKernels;

  /**
   * Forecasts for {@code owner}.
   *
   * @param whyNoKernels says why there are no own kernels, if they were asked for
   */
  CallForecasts(CommunicatorBase owner, int version, Known memory, Supplier<String> whyNoKernels) {
    this.whyNoKernels = whyNoKernels;
    this.owner = owner;
    this.version = version;
    this.memory = memory;
  }

  // ---- where buffers lie

  /** What is known of the memory of both buffers on this rank. */
  CallMemory memoryOf(CallArguments call) {
    if (isWithin(call, CallMemory.WINDOWS)) {
      return CallMemory.WINDOWS;
    }
    return isWithin(call, CallMemory.REGISTERED) ? CallMemory.REGISTERED : CallMemory.PLAIN;
  }

  private boolean isWithin(CallArguments call, CallMemory least) {
    boolean isAny = sends(call) || receives(call);
    return isAny
        && (!sends(call) || memory.isKnown(call.send(), sendBytes(call), least))
        && (!receives(call) || memory.isKnown(call.recv(), receiveBytes(call), least));
  }

  private boolean sends(CallArguments call) {
    return call.send() != 0
        && sendBytes(call) > 0
        && call.operation().sendsAt(owner.rank(), call.rootOrPeer());
  }

  private boolean receives(CallArguments call) {
    return call.recv() != 0
        && receiveBytes(call) > 0
        && call.operation().receivesAt(owner.rank(), call.rootOrPeer());
  }

  private long sendBytes(CallArguments call) {
    return call.operation().sendElements(call.count(), owner.worldSize()) * elementBytes(call);
  }

  private long receiveBytes(CallArguments call) {
    return call.operation().receiveElements(call.count(), owner.worldSize()) * elementBytes(call);
  }

  private static long elementBytes(CallArguments call) {
    return DataType.isCode(call.type()) ? DataType.ofCode(call.type()).bytes() : 0;
  }

  // ---- missed windows

  /**
   * Looks at a call that is about to be issued.
   *
   * @return whether the next ones are of interest, too
   */
  boolean watch(CallArguments call) {
    if (!owner.knowsItsPlace()) {
      return true;
    }
    if (!memory.opensWindows()) {
      return false;
    }
    // One element is no matter, and is what a communicator sends when it opens.
    if (call.count() <= 1 || !hasKernels(call) || isWithin(call, CallMemory.WINDOWS)) {
      return true;
    }
    LOG.log(
        WARNED.compareAndSet(false, true) ? Level.WARNING : Level.DEBUG,
        "{0}: a call of {1} misses the windows that were chosen for this communicator: {2}. Memory of"
            + " comm.allocate lies in windows; comm.plan tells the way of each call. This is told once",
        owner,
        call.operation().label(),
        missing(call));
    return false;
  }

  private boolean hasKernels(CallArguments call) {
    return DataType.isCode(call.type())
        && SymmetricCalls.haveKernels(
            call.operation(),
            DataType.ofCode(call.type()),
            call.reduction() == ReduceOp.SUM.code(),
            call.reduction() == ReduceOp.AVG.code(),
            version);
  }

  private String missing(CallArguments call) {
    boolean sendMissed =
        sends(call) && !memory.isKnown(call.send(), sendBytes(call), CallMemory.WINDOWS);
    boolean receiveMissed =
        receives(call) && !memory.isKnown(call.recv(), receiveBytes(call), CallMemory.WINDOWS);
    return sendMissed && receiveMissed
        ? "both buffers lie in none of them"
        : "the " + (sendMissed ? "send" : "receive") + " buffer lies in none of them";
  }

  // ---- forecasts

  List<CallForecast> plan(Consumer<Collectives> body) {
    CallRecording calls = owner.keep(body, new CallRecording(true));
    List<CallForecast> found = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      found.add(forecast(calls.call(i), calls.groupSize(i) == 1));
    }
    return List.copyOf(found);
  }

  private CallForecast forecast(CallArguments call, boolean isAlone) {
    Operation operation = call.operation();
    long bytes =
        operation.measuredBytes(
            call.count(), owner.worldSize(), Math.toIntExact(elementBytes(call)));
    CallMemory where = memoryOf(call);
    TuningChoice choice = owner.tuning();
    boolean isOwn = setsThreadBlocks(owner.config());
    OptionalDouble micros = OptionalDouble.empty();
    OptionalDouble prepared = OptionalDouble.empty();
    boolean inKernel = isAlone && owner.runsInKernel(call);
    if (inKernel) {
      TuningChoice measured = choice.times().isEmpty() ? known() : choice;
      micros = measured.kernelMicros(operation.label(), bytes, false);
      prepared = measured.kernelMicros(operation.label(), bytes, true);
    } else if (choice.isNone() && where == CallMemory.PLAIN && !isOwn) {
      micros = known().defaultMicros(operation.label(), bytes);
    } else if (!choice.isNone() && !isOwn && isMeasuredWay(call, where)) {
      micros = choice.micros(operation.label(), bytes, false);
      prepared = choice.micros(operation.label(), bytes, true);
    }
    return new CallForecast(
        operation.label(),
        bytes,
        where,
        inKernel,
        isOwn || inKernel ? 0 : choice.ctas(),
        inKernel
            ? "small enough for jccl's own kernels (KRN-02)"
            : why(call, where, bytes)
                + (isOwn ? "; the program sets thread blocks itself" : "")
                + noKernel(call, isAlone),
        micros,
        prepared);
  }

  private String noKernel(CallArguments call, boolean isAlone) {
    if (!owner.config().tuning().usesKernels()) {
      return "";
    }
    String why = whyNoKernels.get();
    if (!why.isEmpty()) {
      return "; no own kernels: " + why;
    }
    return isAlone || !owner.runsInKernel(call)
        ? "; no own kernel: they carry out sums and all-gathers up to 512 KiB (KRN-02)"
        : "; no own kernel: it is in a group of several calls (KRN-02)";
  }

  /** Operations that windows make faster were measured in windows, the others in plain memory. */
  private boolean isMeasuredWay(CallArguments call, CallMemory where) {
    boolean inWindows =
        memory.opensWindows()
            && !call.operation().hasRoot()
            && !call.operation().isMadeOfMessages();
    return inWindows ? where == CallMemory.WINDOWS && hasKernels(call) : where == CallMemory.PLAIN;
  }

  private String why(CallArguments call, CallMemory where, long bytes) {
    TuningChoice choice = owner.tuning();
    if (!memory.opensWindows()) {
      return choice.why();
    }
    if (call.count() == 0) {
      return "nothing is moved";
    }
    if (!hasKernels(call)) {
      return "NCCL has no symmetric kernel for it, so windows change nothing (SYM-01)";
    }
    if (where == CallMemory.WINDOWS) {
      return "in windows, for which NCCL has symmetric kernels; " + choice.why();
    }
    OptionalDouble there = choice.micros(call.operation().label(), bytes, false);
    return "windows were chosen, and "
        + missing(call)
        + (there.isEmpty()
            ? ""
            : String.format(Locale.ROOT, "; there it takes %.2f us", there.getAsDouble()))
        + ": comm.allocate gives memory in windows";
  }

  /** Whether the program has chosen thread blocks itself: that counts. */
  static boolean setsThreadBlocks(CommunicatorConfig given) {
    return given.field(ConfigField.MIN_CTAS).isPresent()
        || given.field(ConfigField.MAX_CTAS).isPresent();
  }

  private TuningChoice known() {
    return Tuning.AUTO.choose(owner.device().name(), owner.worldSize(), version);
  }
}
