package org.jccl.sim.comm.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.ResultCode;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Allowed;
import org.jccl.sim.algo.Buffers;
import org.jccl.sim.algo.ChannelLimits;
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
import org.jccl.sim.comm.call.PlannedCall;
import org.jccl.sim.comm.call.PlannedCall.ByChannels;
import org.jccl.sim.comm.call.PlannedCall.BySymmetricKernel;
import org.jccl.sim.comm.call.PlannedCalls;
import org.jccl.sim.cost.CostModel;
import org.jccl.sim.cost.SymmetricModel;
import org.jccl.sim.cost.Tuner;
import org.jccl.sim.machine.GpuProfile;
import org.jccl.sim.machine.KnownDefects;
import org.jspecify.annotations.Nullable;

/**
 * The plans of all communicators that are alike: a pure function of what {@link Place} says. Small
 * communicators of later simulations use them again. Safe for use by many threads.
 */
final class Plans {
  private static final int KEPT = 1024;

  /** Plans of so many kinds of communicators, of so many ranks each at most, are kept. */
  private static final int MOST_KINDS = 32;

  private static final int MOST_RANKS = 64;

  private static final Map<Place, Plans> KNOWN =
      new LinkedHashMap<>(MOST_KINDS, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Plans> eldest) {
          return size() > MOST_KINDS;
        }
      };

  /**
   * All that plans depend on.
   *
   * @param devices each rank's device
   * @param algorithm what the ranks pin
   * @param protocol what the ranks pin
   * @param usesCopyEngines what the ranks' configurations ask for
   */
  record Place(
      GpuProfile profile,
      int version,
      KnownDefects defects,
      Map<String, String> environment,
      CostModel cost,
      List<Integer> devices,
      ChannelLimits limits,
      Optional<Algorithm> algorithm,
      Optional<Protocol> protocol,
      boolean usesCopyEngines) {
    /** Of what differs most: machines are many numbers, and mostly the same one. */
    @Override
    public int hashCode() {
      return 31 * (31 * devices.hashCode() + environment.hashCode()) + version;
    }
  }

  private final Place place;
  private final Topology topology;
  private final Tuner tuner;
  private final Allowed allowed;
  private final Orders orders;
  private final Buffers buffers;

  /** Null where ranks cannot reach each other's memory. */
  private final @Nullable SymmetricPlanner symmetric;

  private final Map<PlacedCall, PlannedCalls> alone = new ConcurrentHashMap<>();

  private Plans(Place place) {
    this.place = place;
    this.allowed = Allowed.parse(place.environment).pinned(place.algorithm, place.protocol);
    TopologySearch search = new TopologySearch(place.profile, place.version);
    this.topology =
        search.find(place.devices.stream().mapToInt(Integer::intValue).toArray(), place.limits);
    this.buffers = Buffers.of(place.environment);
    this.tuner = new Tuner(search, topology, buffers, allowed);
    this.orders = new Orders(topology, buffers, place.version);
    this.symmetric = symmetric(search);
  }

  /** The plans of communicators at {@code place}. */
  static Plans at(Place place) {
    if (place.devices.size() > MOST_RANKS) {
      return new Plans(place);
    }
    synchronized (KNOWN) {
      Plans known = KNOWN.get(place);
      if (known == null) {
        known = new Plans(place);
        KNOWN.put(place, known);
      }
      return known;
    }
  }

  Topology topology() {
    return topology;
  }

  Orders orders() {
    return orders;
  }

  /** Whether symmetric kernels may carry out calls. */
  boolean hasSymmetric() {
    return symmetric != null;
  }

  /** The plan of a call that is alone. */
  PlannedCalls alone(PlacedCall call) {
    PlannedCalls known = alone.get(call);
    if (known == null) {
      if (alone.size() >= KEPT) {
        alone.clear();
      }
      known = together(List.of(call));
      alone.put(call, known);
    }
    return known;
  }

  /** Symmetric kernels take what they can; the rest is planned as if it were the whole group. */
  PlannedCalls together(List<PlacedCall> calls) {
    if (symmetric == null) {
      return byChannels(calls);
    }
    SymmetricPlan plan = SymmetricPlan.of(calls, topology.worldSize(), symmetric);
    if (plan.hasMissingKernel()) {
      return PlannedCalls.refused(
          new CollectiveException(
              ResultCode.UNHANDLED_CUDA_ERROR, "invalid device function (VER-10)"));
    }
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

  private @Nullable PlannedCall bySymmetricKernel(SymmetricPlan plan, int index, PlacedCall call) {
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
        (long)
            (CostModel.NANOS
                * place.cost.symmetric(
                    choice.kernel(), call.call().bytes(topology.worldSize()), choice.micros())));
  }

  private PlannedCalls byChannels(List<PlacedCall> placed) {
    List<CollectiveTask> calls = placed.stream().map(PlacedCall::call).toList();
    for (CollectiveTask call : calls) {
      if (call.operation() == Operation.ALL_REDUCE
          && call.type() == DataType.FLOAT8_E4M3
          && topology.worldSize() > 1
          && place.defects.hasNoAlgorithmForE4m3()) {
        return refused(ResultCode.INTERNAL_ERROR, call); // VER-06
      }
    }
    ChannelChooser chooser = new ChannelChooser(tuner, allowed);
    GroupPlan plan =
        GroupPlan.of(
            placed,
            call -> symmetric != null && symmetric.takesOut(call),
            topology,
            chooser,
            buffers,
            place.version,
            place.limits);
    if (chooser.isUnmet()) {
      return PlannedCalls.refused(
          new CollectiveException(
              ResultCode.INVALID_ARGUMENT,
              "algSelection: no algorithm in the selected set is available for "
                  + calls.get(plan.undecided()).operation().label()
                  + " (CFG-28)"));
    }
    if (!plan.isDecided()) {
      boolean isWished =
          isPinned()
              || place.environment.containsKey("NCCL_ALGO")
              || place.environment.containsKey("NCCL_PROTO");
      ResultCode code = isWished ? ResultCode.INVALID_USAGE : ResultCode.INTERNAL_ERROR; // ENV-06
      return refused(code, calls.getFirst());
    }
    List<PlannedCall> carried = new ArrayList<>(calls.size());
    for (int call = 0; call < calls.size(); call++) {
      Choice choice = plan.choice(call);
      carried.add(new ByChannels(choice, plan.split(call), nanos(calls.get(call), choice)));
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
      String value = place.environment.get(name);
      if (value != null) {
        words.append(". ").append(name).append(" was set to ").append(value);
      }
    }
    words.append(isPinned() ? ". The configuration pins an algorithm or protocol" : "");
    return PlannedCalls.refused(new CollectiveException(code, words + " (ENV-06)"));
  }

  private boolean isPinned() {
    return place.algorithm.isPresent() || place.protocol.isPresent();
  }

  /** The model's time; of a group's calls that are decided together, each takes as long as all. */
  private long nanos(CollectiveTask call, Choice choice) {
    if (tuner.worldSize() == 1) {
      return place.cost.operation(call.operation(), call.count(), 1, call.type().bytes());
    }
    long bytes = call.bytes(tuner.worldSize());
    float alone = tuner.time(call.operation(), choice.algorithm(), choice.protocol(), bytes, 1);
    double micros = place.cost.collective(tuner, call.operation(), choice, bytes);
    return (long) (CostModel.NANOS * micros * choice.micros() / alone);
  }

  /** Null where ranks cannot reach each other's memory: on several hosts, or for a rank alone. */
  private @Nullable SymmetricPlanner symmetric(TopologySearch search) {
    if (topology.hosts() > 1 || topology.worldSize() == 1) {
      return null;
    }
    boolean multicast =
        allowed.allowsMulticast()
            && search.multicast(topology.worldSize(), topology.hosts()) != null;
    SymmetricModel model =
        new SymmetricModel(
            place.profile,
            place.version,
            topology.worldSize(),
            multicast,
            place.limits,
            place.environment);
    return new SymmetricPlanner(place, model, tuner, allowed);
  }
}
