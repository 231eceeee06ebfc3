package org.jccl.sim.comm.plan;

import org.jccl.ReduceOp;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Allowed;
import org.jccl.sim.algo.CallLimits;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.CollectiveTask;
import org.jccl.sim.algo.PlacedCall;
import org.jccl.sim.algo.SymmetricChoice;
import org.jccl.sim.algo.SymmetricPlan;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.memory.RegisteredMemory;
import org.jccl.sim.comm.memory.Registrations;
import org.jccl.sim.cost.SymmetricModel;
import org.jccl.sim.cost.Tuner;
import org.jccl.sim.machine.Variables;
import org.jspecify.annotations.Nullable;

/**
 * Which calls of a communicator symmetric kernels carry out: those whose buffers lie in symmetric
 * windows, as each rank's own registrations say. Also which others are on registered buffers.
 */
final class SymmetricPlanner implements SymmetricPlan.Chooser {
  /** From this version on one registered buffer may be enough. */
  private static final int HALF_REGISTERED = 22902;

  /**
   * From this version on all calls that have a kernel are taken out, wherever their buffers are.
   */
  private static final int TAKES_OUT = 22902;

  /** From this version on kernels with flags need no second opinion where both buffers are. */
  private static final int FLAGS_TRUSTED = 22907;

  private static final int ZERO_CTAS = 2;

  private final Plans.Place place;
  private final Allowed allowed;
  private final int version;
  private final SymmetricModel model;
  private final Tuner tuner;
  private final boolean isOneProcess;

  SymmetricPlanner(Plans.Place place, SymmetricModel model, Tuner tuner, Allowed allowed) {
    this.place = place;
    this.allowed = allowed;
    this.version = place.version();
    this.model = model;
    this.tuner = tuner;
    this.isOneProcess =
        Variables.number(place.environment(), "NCCL_SINGLE_PROC_MEM_REG_ENABLE", 0) == 0;
  }

  /** Where a rank's call finds its buffers. */
  static PlacedCall windowed(CollectiveTask call, Registrations by, Request request) {
    return new PlacedCall(
        call,
        isAverage(request.operation(), request.reduction()),
        offset(by, request.send()),
        offset(by, request.recv()),
        isRegistered(by, request));
  }

  /**
   * Whether kernels of protocol Simple read and write this call's buffers on other ranks: of those
   * that send on what they receive, and not in place where they fold.
   */
  private static boolean isRegistered(Registrations by, Request request) {
    Operation operation = request.operation();
    long bytes = request.count() * request.type().bytes();
    long received = operation.receiveElements(bytes, by.member().worldSize());
    return operation.receivesAlike()
        && !(operation.reduces() && request.send() == request.recv())
        && by.member().comm().simulation().setting("NCCL_LOCAL_REGISTER", 1) != 0
        && by.holding(request.send(), bytes) != null
        && by.holding(request.recv(), received) != null;
  }

  /** A call whose buffers lie at the start of symmetric windows. */
  static PlacedCall inWindows(CollectiveTask call, int reduction) {
    return new PlacedCall(call, isAverage(call.operation(), reduction), 0, 0, true);
  }

  /** A call on two buffers that are registered, but in no window. */
  static PlacedCall registered(CollectiveTask call) {
    return new PlacedCall(
        call, false, PlacedCall.OUTSIDE, PlacedCall.OUTSIDE, call.operation().receivesAlike());
  }

  static boolean isAverage(Operation operation, int reduction) {
    return operation.reduces() && reduction == ReduceOp.AVG.code();
  }

  private static int offset(Registrations by, long address) {
    RegisteredMemory window = by.windowAround(address);
    return window == null || !window.isSymmetric()
        ? PlacedCall.OUTSIDE
        : (int) ((address - window.start()) % PlacedCall.ALIGNMENT);
  }

  /**
   * Whether a call that was not given to a symmetric kernel had been taken out for one (PART-05).
   */
  boolean takesOut(PlacedCall call) {
    return version >= TAKES_OUT && model.offers(call);
  }

  @Override
  public boolean offers(PlacedCall call) {
    if (!call.hasKernel() && !place.defects().hasNoKernelForAverages()) {
      return false;
    }
    boolean isRegistered =
        version < HALF_REGISTERED
            ? call.isWithinWindows()
            : call.sendsFromWindow() || call.receivesIntoWindow();
    boolean isCopied = usesCopyEngines(call) && call.call().operation() == Operation.ALL_GATHER;
    CallLimits limits = effective(call);
    if (limits != null && !limits.leaves(call.call().operation(), true)) {
      return false;
    }
    return isRegistered && !(isCopied && call.isWithinWindows()) && model.offers(call);
  }

  @Override
  public @Nullable SymmetricChoice choose(PlacedCall first, long elements, long most, int calls) {
    SymmetricChoice choice = model.choose(first, elements, most, calls, effective(first));
    if (choice == null || !choice.kernel().hasFlags() || isTrusted(first)) {
      return choice;
    }
    return prefersFlags(first.call()) ? choice : null;
  }

  private boolean usesCopyEngines(PlacedCall call) {
    CallLimits limits = call.limits();
    int own = place.usesCopyEngines() ? ZERO_CTAS : 0;
    return ((limits == null ? own : limits.policyOr(own)) & ZERO_CTAS) != 0;
  }

  /** What the call's configuration leaves; variables win over its selection (CFG-28). */
  private @Nullable CallLimits effective(PlacedCall call) {
    CallLimits limits = call.limits();
    return limits != null && (isForced() || allowed.isForced(call.call().operation()))
        ? limits.withoutSelection()
        : limits;
  }

  /** Whether a kernel with flags is used without asking what would be chosen otherwise. */
  private boolean isTrusted(PlacedCall call) {
    if (version < HALF_REGISTERED || model.isForced()) {
      return true;
    }
    return version >= FLAGS_TRUSTED && call.isWithinWindows();
  }

  private boolean prefersFlags(CollectiveTask call) {
    if (version < FLAGS_TRUSTED && isOneProcess) {
      return false;
    }
    Choice other =
        tuner.choose(call.operation(), call.type(), call.folding().isScaled(), call.count(), 1);
    return other != null && other.protocol() == Protocol.LL;
  }

  @Override
  public boolean mayDecline() {
    return version >= HALF_REGISTERED;
  }

  /** Whether {@code NCCL_SYM_KERNEL} is set. */
  boolean isForced() {
    return place.environment().containsKey("NCCL_SYM_KERNEL");
  }
}
