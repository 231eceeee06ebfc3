package org.jccl.benchmarks.predict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.profile.Profile;
import org.jccl.ops.Operation;
import org.jccl.sim.Simulator;
import org.jccl.sim.algo.Allowed;
import org.jccl.sim.algo.Buffers;
import org.jccl.sim.algo.ChannelLimits;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.GpuProfile;
import org.jccl.sim.algo.Split;
import org.jccl.sim.algo.Topology;
import org.jccl.sim.algo.TopologySearch;
import org.jccl.sim.cost.Tuner;

/** What a profile says about calls. NCCL's choice is its own; the time is the profile's. */
public final class Predictor {
  /** What can be predicted. */
  public static final List<Workload> WORKLOADS =
      Workload.ALL.stream().filter(workload -> Campaign.WORKLOADS.contains(workload)).toList();

  private static final int PROVEN_RANKS = 4;

  private final Profile profile;
  private final Map<Integer, World> worlds = new HashMap<>();

  /** A communicator of some size. */
  private record World(Topology topology, Tuner tuner) {
    World(TopologySearch search, Topology topology) {
      this(topology, new Tuner(search, topology, Buffers.defaults(), Allowed.everything()));
    }

    /** How many channels carry a part of the call. */
    int channels(Operation operation, DataType type, long count, Choice choice) {
      return switch (choice.algorithm()) {
        case RING, TREE, PAT ->
            Split.of(
                    operation,
                    type.bytes(),
                    count,
                    topology,
                    choice,
                    Buffers.defaults(),
                    Simulator.DEFAULT_VERSION)
                .parts();
        case COLLNET_DIRECT, COLLNET_CHAIN, NVLS, NVLS_TREE -> choice.maxChannels();
      };
    }
  }

  /** Of that profile, for the version of NCCL that the simulator imitates. */
  public Predictor(Profile profile) {
    this.profile = profile;
  }

  /** Where the numbers come from and what they are worth, a line each. */
  public List<String> describe(int ranks) {
    GpuProfile machine = profile.machine();
    int hosts = machine.hosts(ranks);
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d ranks on %d %s of profile %s"
            .formatted(ranks, hosts, hosts == 1 ? "host" : "hosts", profile.name()));
    lines.add("times are NCCL's own estimate: what it decides by, not what a GPU takes");
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
   * @throws IllegalArgumentException if the profile cannot say, in one sentence
   */
  public Prediction predict(Workload workload, DataType type, int ranks, long count) {
    World world = world(ranks);
    Choice choice = world.tuner.choose(workload.operation(), type, false, count);
    if (choice == null) {
      throw new IllegalArgumentException(
          "NCCL has no model of messages, so there is none for "
              + workload.label()
              + ": take a calibrated profile (./jccl calibrate)");
    }
    return new Prediction(
        workload,
        type,
        ranks,
        count,
        choice.micros(),
        choice.algorithm().nativeName(),
        choice.protocol().nativeName(),
        world.channels(workload.operation(), type, count, choice));
  }

  private World world(int ranks) {
    return worlds.computeIfAbsent(
        ranks,
        n -> {
          var search = new TopologySearch(profile.machine(), Simulator.DEFAULT_VERSION);
          return new World(search, search.find(n, ChannelLimits.none()));
        });
  }
}
