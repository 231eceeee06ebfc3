package org.jccl.sim.comm.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jccl.DataType;
import org.jccl.config.Algorithm;
import org.jccl.config.ConfigField;
import org.jccl.config.Protocol;
import org.jccl.ops.CallSetting;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Allowed;
import org.jccl.sim.algo.CallLimits;
import org.jccl.sim.algo.ChannelLimits;
import org.jccl.sim.algo.ChannelSplit;
import org.jccl.sim.algo.CollectiveTask;
import org.jccl.sim.algo.PlacedCall;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.Config;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.call.PlannedCall;
import org.jccl.sim.comm.call.PlannedCall.ByChannels;
import org.jccl.sim.comm.call.PlannedCall.ByOwnKernel;
import org.jccl.sim.comm.call.PlannedCall.BySymmetricKernel;
import org.jccl.sim.comm.call.PlannedCalls;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.memory.Registrations;
import org.jccl.sim.cost.OwnKernelModel;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.machine.CallPlan;
import org.jccl.sim.machine.SymmetricCallPlan;
import org.jccl.sim.math.Contraction;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.RankOrder;
import org.jspecify.annotations.Nullable;

/**
 * How NCCL would carry out one communicator's collectives on the machine that is imitated: the
 * algorithm, protocol and channels of each, and with them the order in which elements are folded.
 *
 * <p>Rings and trees are looked for when the first collective is made. What was planned is kept,
 * since all ranks make the same calls and programs repeat themselves.
 */
public final class Planner {
  private static final int HOPPER = 90;
  private static final int ZERO_CTAS = 2;
  private static final int UNDEFINED = ConfigField.UNDEFINED;

  private final SharedComm comm;
  private final Simulation simulation;
  private final @Nullable Planner parent;
  private final AlgorithmPins pins;
  private @Nullable Plans plans;
  private List<PlacedCall> lastGroup = List.of();
  private @Nullable PlannedCalls lastPlanned;

  /**
   * Plans for a communicator.
   *
   * @param parent of the communicator that it was split or shrunk from, if it was
   */
  public Planner(SharedComm comm, @Nullable Planner parent) {
    this.comm = comm;
    this.pins = new AlgorithmPins(comm);
    this.simulation = comm.simulation();
    this.parent = parent;
    Allowed.parse(simulation.environment()); // refuses what it cannot read (ENV-06)
  }

  /** Which algorithm and protocol the ranks' configurations pin; all ranks do alike. */
  public void pin(int rank, Optional<Algorithm> algorithm, Optional<Protocol> protocol) {
    pins.agree(rank, algorithm, protocol);
  }

  // ---------------------------------------------------------------- plans

  /**
   * Plans a call that is alone.
   *
   * @param by what the rank that makes it has registered
   */
  public PlannedCalls plan(Registrations by, Request request) {
    if (request.isOwnKernel()) {
      return PlannedCalls.of(
          List.of(new ByOwnKernel(OwnKernelModel.nanos(messageBytes(request)))), null);
    }
    return isPlanned(request) ? plans().alone(placed(by, request)) : PlannedCalls.NOTHING;
  }

  private static long messageBytes(Request request) {
    return request.count() * request.type().bytes();
  }

  /** Plans what a rank issues in one go. */
  public PlannedCalls plan(Registrations by, List<Request> requests) {
    if (requests.size() == 1) {
      return plan(by, requests.getFirst());
    }
    List<PlacedCall> calls = new ArrayList<>(requests.size());
    for (Request request : requests) {
      if (isPlanned(request)) {
        calls.add(placed(by, request));
      }
    }
    return calls.isEmpty() ? PlannedCalls.NOTHING : together(calls);
  }

  private PlacedCall placed(Registrations by, Request request) {
    CollectiveTask call = collective(request);
    PlacedCall placed =
        comm.hasRegisteredMemory() && plans().hasSymmetric()
            ? SymmetricPlanner.windowed(call, by, request)
            : PlacedCall.plain(
                call, SymmetricPlanner.isAverage(request.operation(), request.reduction()));
    CallSetting setting = request.setting();
    return setting == null ? placed : placed.with(CallLimits.of(setting, request.operation()));
  }

  /** Whether NCCL plans it: not messages, nor what it makes of them, nor calls of count 0. */
  public static boolean isPlanned(Request request) {
    return request.count() > 0 && !request.operation().isMadeOfMessages();
  }

  private PlannedCalls together(List<PlacedCall> calls) {
    PlannedCalls known = lastPlanned;
    if (known == null || !lastGroup.equals(calls)) {
      known = plans().together(calls);
      lastPlanned = known;
      lastGroup = calls;
    }
    return known;
  }

  private static CollectiveTask collective(Request request) {
    return new CollectiveTask(
        request.operation(),
        request.type(),
        CollectiveTask.Folding.of(request.operation(), request.type(), request.reduction()),
        request.count());
  }

  /**
   * Plans a call that nobody makes.
   *
   * @param registered whether its buffers are two that are registered
   */
  public CallPlan plan(
      Operation operation, DataType type, int reduction, long count, boolean registered) {
    CollectiveTask call =
        new CollectiveTask(
            operation, type, CollectiveTask.Folding.of(operation, type, reduction), count);
    PlannedCalls planned =
        registered && plans().hasSymmetric()
            ? plans().alone(SymmetricPlanner.registered(call))
            : plans().alone(PlacedCall.plain(call));
    if (!(planned.orThrow().carried().getFirst() instanceof ByChannels carried)) {
      throw new IllegalStateException(operation + " in plain memory has a symmetric kernel");
    }
    ChannelSplit split = carried.split();
    return new CallPlan(
        carried.choice().algorithm(),
        carried.choice().protocol(),
        split.firstChannel(),
        split.firstChannel() + split.parts() - 1,
        carried.choice().micros());
  }

  /** Plans a call that nobody makes, on buffers at the start of symmetric windows. */
  public Optional<SymmetricCallPlan> planSymmetric(
      Operation operation, DataType type, int reduction, long count) {
    if (!plans().hasSymmetric() || !Registrations.supportsWindows(simulation)) {
      return Optional.empty();
    }
    CollectiveTask call =
        new CollectiveTask(
            operation, type, CollectiveTask.Folding.of(operation, type, reduction), count);
    PlannedCalls planned = plans().alone(SymmetricPlanner.inWindows(call, reduction));
    return !planned.carried().isEmpty()
            && planned.carried().getFirst() instanceof BySymmetricKernel carried
        ? Optional.of(
            new SymmetricCallPlan(
                carried.split().kernel().nativeName(),
                carried.split().channels(),
                carried.micros()))
        : Optional.empty();
  }

  /** In which order a planned collective folds. */
  public FoldOrder order(Request request, PlannedCall carried, int root) {
    return switch (carried) {
      case ByChannels own ->
          plans()
              .orders()
              .of(
                  request.operation(),
                  request.type(),
                  request.count(),
                  root,
                  own.choice().algorithm(),
                  own.split());
      case BySymmetricKernel own ->
          own.split()
              .order(
                  comm.worldSize(),
                  request.type().bytes(),
                  request.count(),
                  own.sendOffset(),
                  own.recvOffset());
      case ByOwnKernel own -> new RankOrder(comm.worldSize());
    };
  }

  /** Which scaled sums the kernels of this machine round once. */
  public Contraction contraction() {
    return simulation.profile().computeCapability() >= HOPPER
        ? Contraction.SM_90
        : Contraction.SM_80;
  }

  // ---------------------------------------------------------------- the machine

  private Plans plans() {
    Plans known = plans;
    if (known == null) {
      known = find();
      plans = known;
    }
    return known;
  }

  private Plans find() {
    Integer[] devices = new Integer[comm.worldSize()];
    for (CommMember member : comm.present()) {
      devices[member.rank()] = member.device().index();
    }
    return Plans.at(
        new Plans.Place(
            simulation.profile(),
            simulation.version(),
            simulation.defects(),
            simulation.environment(),
            simulation.cost(),
            List.of(devices),
            limits(),
            pins.algorithm(),
            pins.protocol(),
            comm.present().getFirst().config().get(ConfigField.CTA_POLICY) == ZERO_CTAS));
  }

  private ChannelLimits limits() {
    Config config = comm.present().getFirst().config();
    int least = config.get(ConfigField.MIN_CTAS);
    int most = config.get(ConfigField.MAX_CTAS);
    ChannelLimits own =
        new ChannelLimits(
            least == UNDEFINED ? 1 : least,
            most == UNDEFINED ? ChannelLimits.ALL : most,
            ChannelLimits.ALL);
    return parent == null ? own : own.below(parent.plans().topology().channels());
  }
}
