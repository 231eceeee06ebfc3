package org.jccl.sim.comm.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.ResultCode;
import org.jccl.config.Algorithm;
import org.jccl.config.ConfigField;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Allowed;
import org.jccl.sim.algo.Buffers;
import org.jccl.sim.algo.ChannelLimits;
import org.jccl.sim.algo.ChannelSplit;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.CollectiveTask;
import org.jccl.sim.algo.GroupPlan;
import org.jccl.sim.algo.Orders;
import org.jccl.sim.algo.PlacedCall;
import org.jccl.sim.algo.SymmetricChoice;
import org.jccl.sim.algo.SymmetricPlan;
import org.jccl.sim.algo.SymmetricSplit;
import org.jccl.sim.algo.Topology;
import org.jccl.sim.algo.TopologySearch;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.Config;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.call.PlannedCall;
import org.jccl.sim.comm.call.PlannedCall.ByChannels;
import org.jccl.sim.comm.call.PlannedCall.BySymmetricKernel;
import org.jccl.sim.comm.call.PlannedCalls;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.memory.Registrations;
import org.jccl.sim.cost.CostModel;
import org.jccl.sim.cost.SymmetricModel;
import org.jccl.sim.cost.Tuner;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.machine.CallPlan;
import org.jccl.sim.machine.SymmetricCallPlan;
import org.jccl.sim.math.Contraction;
import org.jccl.sim.math.FoldOrder;
import org.jspecify.annotations.Nullable;

/**
 * How NCCL would carry out one communicator's collectives on the machine that is imitated: the
 * algorithm, protocol and channels of each, and with them the order in which elements are folded.
 *
 * <p>Rings and trees are looked for when the first collective is made. What was planned is kept,
 * since all ranks make the same calls and programs repeat themselves.
 */
public final class Planner {
  private static final int KEPT = 1024;
  private static final int HOPPER = 90;
  private static final int UNDEFINED = ConfigField.UNDEFINED;

  private final SharedComm comm;
  private final Simulation simulation;
  private final @Nullable Planner parent;
  private final Map<PlacedCall, PlannedCalls> alone = new HashMap<>();
  private Allowed allowed;
  private final AlgorithmPins pins;
  private @Nullable Machine machine;
  private List<PlacedCall> lastGroup = List.of();
  private @Nullable PlannedCalls lastPlanned;

  /**
   * What depends on where the ranks are.
   *
   * @param symmetric null where ranks cannot reach each other's memory
   */
  private record Machine(
      Topology topology,
      Tuner tuner,
      Orders orders,
      Buffers buffers,
      @Nullable SymmetricPlanner symmetric) {}

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
    this.allowed = Allowed.parse(simulation.environment());
  }

  /** Which algorithm and protocol the ranks' configurations pin; all ranks do alike. */
  public void pin(int rank, Optional<Algorithm> algorithm, Optional<Protocol> protocol) {
    if (pins.agree(rank, algorithm, protocol)) {
      allowed = allowed.pinned(algorithm, protocol);
    }
  }

  // ---------------------------------------------------------------- plans

  /**
   * Plans a call that is alone.
   *
   * @param by what the rank that makes it has registered
   */
  public PlannedCalls plan(Registrations by, Request request) {
    return isPlanned(request) ? alone(placed(by, request)) : PlannedCalls.NOTHING;
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
    return comm.hasRegisteredMemory() && machine().symmetric != null
        ? SymmetricPlanner.windowed(call, by, request)
        : PlacedCall.plain(call);
  }

  /** Whether NCCL plans it: not messages, nor what it makes of them, nor calls of count 0. */
  public static boolean isPlanned(Request request) {
    return request.count() > 0 && !request.operation().isMadeOfMessages();
  }

  private PlannedCalls alone(PlacedCall call) {
    PlannedCalls known = alone.get(call);
    if (known == null) {
      if (alone.size() == KEPT) {
        alone.clear();
      }
      known = make(List.of(call));
      alone.put(call, known);
    }
    return known;
  }

  private PlannedCalls together(List<PlacedCall> calls) {
    PlannedCalls known = lastPlanned;
    if (known == null || !lastGroup.equals(calls)) {
      known = make(calls);
      lastPlanned = known;
      lastGroup = calls;
    }
    return known;
  }

  /** Symmetric kernels take what they can; the rest is planned as if it were the whole group. */
  private PlannedCalls make(List<PlacedCall> calls) {
    SymmetricPlanner symmetric = machine().symmetric;
    if (symmetric == null) {
      return byChannels(calls);
    }
    SymmetricPlan plan = SymmetricPlan.of(calls, comm.worldSize(), symmetric);
    if (plan.isRefused()) {
      ResultCode code = symmetric.isForced() ? ResultCode.INVALID_USAGE : ResultCode.INTERNAL_ERROR;
      return refused(code, calls.getFirst().call());
    }
    List<PlacedCall> others = new ArrayList<>();
    for (int call = 0; call < calls.size(); call++) {
      if (plan.split(call) == null) {
        others.add(calls.get(call));
      }
    }
    PlannedCalls rest = others.isEmpty() ? PlannedCalls.NOTHING : byChannels(others);
    if (rest.refusal() != null) {
      return rest;
    }
    List<PlannedCall> carried = new ArrayList<>(calls.size());
    int next = 0;
    for (int call = 0; call < calls.size(); call++) {
      PlannedCall own = bySymmetricKernel(plan, call, calls.get(call));
      carried.add(own == null ? rest.carried().get(next++) : own);
    }
    return PlannedCalls.of(carried, rest.last());
  }

  private static @Nullable PlannedCall bySymmetricKernel(
      SymmetricPlan plan, int index, PlacedCall call) {
    SymmetricSplit split = plan.split(index);
    SymmetricChoice choice = plan.choice(index);
    if (split == null || choice == null) {
      return null;
    }
    return new BySymmetricKernel(
        split,
        call.isAverage(),
        call.sendOffset(),
        call.recvOffset(),
        choice.micros(),
        (long) (CostModel.NANOS * choice.micros()));
  }

  private PlannedCalls byChannels(List<PlacedCall> placed) {
    Machine found = machine();
    List<CollectiveTask> calls = placed.stream().map(PlacedCall::call).toList();
    for (CollectiveTask call : calls) {
      if (call.operation() == Operation.ALL_REDUCE
          && call.type() == DataType.FLOAT8_E4M3
          && comm.worldSize() > 1
          && simulation.defects().hasNoAlgorithmForE4m3()) {
        return refused(ResultCode.INTERNAL_ERROR, call); // VER-06
      }
    }
    GroupPlan plan =
        GroupPlan.of(
            calls,
            call -> placed.get(call).isRegistered(),
            found.topology,
            (together, perChannel) ->
                found.tuner.choose(
                    together.operation(),
                    together.type(),
                    together.folding().isScaled(),
                    together.count(),
                    perChannel),
            found.buffers,
            simulation.version());
    if (!plan.isDecided()) {
      boolean isWished =
          pins.isPinned()
              || simulation.environment().containsKey("NCCL_ALGO")
              || simulation.environment().containsKey("NCCL_PROTO");
      ResultCode code = isWished ? ResultCode.INVALID_USAGE : ResultCode.INTERNAL_ERROR; // ENV-06
      return refused(code, calls.getFirst());
    }
    List<PlannedCall> carried = new ArrayList<>(calls.size());
    for (int call = 0; call < calls.size(); call++) {
      Choice choice = plan.choice(call);
      carried.add(
          new ByChannels(choice, plan.split(call), nanos(found.tuner, calls.get(call), choice)));
    }
    return PlannedCalls.of(carried, plan.last());
  }

  private PlannedCalls refused(ResultCode code, CollectiveTask call) {
    StringBuilder words =
        new StringBuilder("no algorithm/protocol available for function ")
            .append(call.operation().label())
            .append(" with datatype ")
            .append(call.type());
    for (String name : List.of("NCCL_ALGO", "NCCL_PROTO", "NCCL_SYM_KERNEL")) {
      String value = simulation.environment().get(name);
      if (value != null) {
        words.append(". ").append(name).append(" was set to ").append(value);
      }
    }
    words.append(pins.isPinned() ? ". The configuration pins an algorithm or protocol" : "");
    return PlannedCalls.refused(new CollectiveException(code, words + " (ENV-06)"));
  }

  /** The model's time; of a group's calls that are decided together, each takes as long as all. */
  private long nanos(Tuner tuner, CollectiveTask call, Choice choice) {
    if (tuner.worldSize() == 1) {
      return simulation.cost().operation(call.operation(), call.count(), 1, call.type().bytes());
    }
    long bytes = call.bytes(tuner.worldSize());
    float alone = tuner.time(call.operation(), choice.algorithm(), choice.protocol(), bytes, 1);
    double micros = simulation.cost().collective(tuner, call.operation(), choice, bytes);
    return (long) (CostModel.NANOS * micros * choice.micros() / alone);
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
        registered && machine().symmetric != null
            ? alone(SymmetricPlanner.registered(call))
            : alone(PlacedCall.plain(call));
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
    if (machine().symmetric == null || !Registrations.supportsWindows(simulation)) {
      return Optional.empty();
    }
    CollectiveTask call =
        new CollectiveTask(
            operation, type, CollectiveTask.Folding.of(operation, type, reduction), count);
    PlannedCalls planned = alone(SymmetricPlanner.inWindows(call, reduction));
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
          machine()
              .orders
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
    };
  }

  /** Which scaled sums the kernels of this machine round once. */
  public Contraction contraction() {
    return simulation.profile().computeCapability() >= HOPPER
        ? Contraction.SM_90
        : Contraction.SM_80;
  }

  // ---------------------------------------------------------------- the machine

  private Machine machine() {
    Machine known = machine;
    if (known == null) {
      known = find();
      machine = known;
    }
    return known;
  }

  private Machine find() {
    TopologySearch search = new TopologySearch(simulation.profile(), simulation.version());
    int[] devices = new int[comm.worldSize()];
    for (CommMember member : comm.present()) {
      devices[member.rank()] = member.device().index();
    }
    Topology topology = search.find(devices, limits());
    Buffers buffers = Buffers.of(simulation.environment());
    Tuner tuner = new Tuner(search, topology, buffers, allowed);
    return new Machine(
        topology,
        tuner,
        new Orders(topology, buffers, simulation.version()),
        buffers,
        symmetric(search, topology, tuner));
  }

  /** Null where ranks cannot reach each other's memory: on several hosts, or for a rank alone. */
  private @Nullable SymmetricPlanner symmetric(
      TopologySearch search, Topology topology, Tuner tuner) {
    if (topology.hosts() > 1 || topology.worldSize() == 1) {
      return null;
    }
    boolean multicast =
        allowed.allowsMulticast()
            && search.multicast(topology.worldSize(), topology.hosts()) != null;
    SymmetricModel model =
        new SymmetricModel(
            simulation.profile(),
            simulation.version(),
            topology.worldSize(),
            multicast,
            limits(),
            simulation.environment());
    return new SymmetricPlanner(simulation, model, tuner, comm.present().getFirst().config());
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
    return parent == null ? own : own.below(parent.machine().topology.channels());
  }
}
