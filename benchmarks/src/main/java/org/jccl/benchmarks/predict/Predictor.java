package org.jccl.benchmarks.predict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jccl.CleanText;
import org.jccl.DataType;
import org.jccl.ReduceOp;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.profile.Calibration;
import org.jccl.benchmarks.profile.Origin;
import org.jccl.benchmarks.profile.Profile;
import org.jccl.ops.KernelCalls;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Allowed;
import org.jccl.sim.algo.Buffers;
import org.jccl.sim.algo.ChannelLimits;
import org.jccl.sim.algo.ChannelSplit;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.CollectiveTask;
import org.jccl.sim.algo.CollectiveTask.Folding;
import org.jccl.sim.algo.PlacedCall;
import org.jccl.sim.algo.SymmetricChoice;
import org.jccl.sim.algo.Topology;
import org.jccl.sim.algo.TopologySearch;
import org.jccl.sim.cost.CalibratedModel;
import org.jccl.sim.cost.CostModel;
import org.jccl.sim.cost.NcclModel;
import org.jccl.sim.cost.OwnKernelModel;
import org.jccl.sim.cost.SymmetricModel;
import org.jccl.sim.cost.Tuner;
import org.jspecify.annotations.Nullable;

/** What a profile says about calls. The choice is NCCL's own; the time is the profile's. */
public final class Predictor {
  private static final int PROVEN_RANKS = 4;
  private static final String MESSAGES = "P2P";

  private final Profile profile;
  private final TopologySearch search;
  private final NcclModel base;
  private final Map<Integer, World> worlds = new HashMap<>();

  /** A communicator of some size. */
  private record World(Topology topology, Tuner tuner) {
    World(TopologySearch search, Topology topology) {
      this(topology, new Tuner(search, topology, Buffers.defaults(), Allowed.everything()));
    }

    /** How many channels carry a part of the call. */
    int channels(Operation operation, DataType type, long count, Choice choice, int version) {
      return switch (choice.algorithm()) {
        case RING, TREE, PAT ->
            ChannelSplit.of(
                    operation, type.bytes(), count, topology, choice, Buffers.defaults(), version)
                .parts();
        case COLLNET_DIRECT, COLLNET_CHAIN, NVLS, NVLS_TREE -> choice.maxChannels();
      };
    }
  }

  /** Of that profile. */
  public Predictor(Profile profile) {
    this.profile = profile;
    this.search = new TopologySearch(profile.machine(), profile.version());
    this.base = new NcclModel(search);
  }

  /** Where the numbers come from and what they are worth, a line each. */
  public List<String> describe(int ranks, DataType type) {
    int hosts = profile.machine().hosts(ranks);
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s on %s of profile %s"
            .formatted(
                CleanText.count(ranks, "rank"), CleanText.count(hosts, "host"), profile.name()));
    Origin origin = profile.origin();
    if (origin != null) {
      lines.add(
          "calibrated on %d x %s, NCCL %s, %s"
              .formatted(
                  origin.devices().size(),
                  origin.devices().stream().findFirst().orElse("?"),
                  origin.ncclVersion(),
                  origin.started()));
    }
    Optional<Calibration> nearest = profile.calibration(ranks, type);
    if (nearest.isEmpty()) {
      lines.add("times are NCCL's own estimates: what it decides by, not what a GPU takes");
    } else if (nearest.get().ranks() != ranks || nearest.get().type() != type) {
      lines.add(
          "not measured: corrections of %d ranks and %s are used, and unproven here"
              .formatted(nearest.get().ranks(), nearest.get().type()));
    }
    if (hosts > 1) {
      lines.add("several hosts are extrapolated from NCCL's sources and unproven");
    } else if (ranks > PROVEN_RANKS) {
      lines.add("more than 4 ranks on one host are extrapolated and unproven");
    }
    return lines;
  }

  /**
   * One call.
   *
   * @throws IllegalArgumentException if the machine cannot carry it out, in one sentence
   */
  public Prediction predict(Workload workload, DataType type, int ranks, long count) {
    return predict(workload, type, ranks, count, TunedWay.DEFAULT);
  }

  /**
   * One call in some way.
   *
   * @throws IllegalArgumentException if the machine cannot carry it out, in one sentence
   */
  public Prediction predict(Workload workload, DataType type, int ranks, long count, TunedWay way) {
    Operation operation = workload.operation();
    int reduction = operation.reduces() ? ReduceOp.SUM.code() : 0;
    if (way.kernels() && KernelCalls.fit(operation, type.code(), reduction, count, ranks)) {
      double micros = OwnKernelModel.micros(count * type.bytes());
      return new Prediction(workload, type, ranks, count, micros, "own kernel", "-", 0);
    }
    SymmetricChoice symmetric =
        way.windows() ? symmetric(operation, type, ranks, count, way.ctas()) : null;
    if (symmetric != null) {
      long bytes = operation.measuredBytes(count, ranks, type.bytes());
      return new Prediction(
          workload,
          type,
          ranks,
          count,
          model(ranks, type).symmetric(symmetric.kernel(), bytes, symmetric.micros()),
          symmetric.kernel().nativeName(),
          "-",
          symmetric.blocks());
    }
    return byChannels(workload, type, ranks, count);
  }

  /** The kernel of a call whose buffers lie in windows; null if there is none. */
  private @Nullable SymmetricChoice symmetric(
      Operation operation, DataType type, int ranks, long count, int ctas) {
    if (profile.machine().hosts(ranks) > 1 || ranks == 1 || operation.isMadeOfMessages()) {
      return null;
    }
    ChannelLimits limits = ctas == 0 ? ChannelLimits.none() : new ChannelLimits(ctas, ctas, ctas);
    boolean multicast = search.multicast(ranks, 1) != null;
    SymmetricModel model =
        new SymmetricModel(
            profile.machine(), profile.version(), ranks, multicast, limits, Map.of());
    // NCCL gathers bytes, of whatever type the elements are.
    boolean isBytes = !operation.reduces();
    DataType own = isBytes ? DataType.INT8 : type;
    long elements = isBytes ? count * type.bytes() : count;
    CollectiveTask task = new CollectiveTask(operation, own, Folding.SUM, elements);
    PlacedCall placed = new PlacedCall(task, false, 0, 0, true);
    return model.offers(placed) ? model.choose(placed, elements, elements, 1) : null;
  }

  private Prediction byChannels(Workload workload, DataType type, int ranks, long count) {
    World world = world(ranks);
    Operation operation = workload.operation();
    Choice choice = world.tuner.choose(operation, type, false, count);
    long bytes = operation.measuredBytes(count, ranks, type.bytes());
    double micros = model(ranks, type).micros(world.tuner, operation, choice, bytes);
    if (choice == null) {
      return new Prediction(workload, type, ranks, count, micros, MESSAGES, "-", 0);
    }
    return new Prediction(
        workload,
        type,
        ranks,
        count,
        micros,
        choice.algorithm().nativeName(),
        choice.protocol().nativeName(),
        world.channels(operation, type, count, choice, profile.version()));
  }

  private CostModel model(int ranks, DataType type) {
    Optional<Calibration> nearest = profile.calibration(ranks, type);
    return nearest.isEmpty()
        ? base
        : new CalibratedModel(
            profile.name(), base, nearest.get().corrections(), nearest.get().otherwise());
  }

  private World world(int ranks) {
    return worlds.computeIfAbsent(
        ranks, n -> new World(search, search.find(n, ChannelLimits.none())));
  }
}
