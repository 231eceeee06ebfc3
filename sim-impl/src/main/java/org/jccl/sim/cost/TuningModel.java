package org.jccl.sim.cost;

import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.LinkType;
import org.jccl.sim.algo.SearchPattern;
import org.jccl.sim.algo.Topology;
import org.jccl.sim.algo.TopologyGraph;
import org.jccl.sim.machine.GpuProfile;
import org.jccl.sim.machine.GpuProfile.Cpu;
import org.jspecify.annotations.Nullable;

/**
 * Bandwidth and latency of every algorithm and protocol (TUNE-01). Every assignment is rounded to
 * single precision where NCCL stores one, so that times are equal to the last bit.
 */
final class TuningModel {
  private static final int HOPPER = 90;
  private static final int BLACKWELL = 100;

  private final GpuProfile profile;
  private final TunerConstants constants;
  private final Topology topology;
  private final @Nullable TopologyGraph multicast;
  private final int n;
  private final int hosts;
  private final float ranksPerHost;

  /** Whether NCCL tells rings and trees of newer GPUs from those of others (TUNE-05). */
  private final boolean isNewerHere;

  TuningModel(
      GpuProfile profile, int version, Topology topology, @Nullable TopologyGraph multicast) {
    this.profile = profile;
    this.topology = topology;
    this.multicast = multicast;
    this.n = topology.worldSize();
    this.hosts = topology.hosts();
    this.ranksPerHost = (float) n / hosts;
    this.isNewerHere = version >= Tuner.SECOND_MODEL && profile.computeCapability() >= BLACKWELL;
    this.constants = new TunerConstants(profile.computeCapability(), hosts, version);
  }

  /** Whether LL128 is used without being asked for. */
  static boolean suitsLl128(TopologyGraph graph, int capability) {
    LinkType farthest = capability >= HOPPER ? LinkType.OTHER_GPUS_CARD : LinkType.PCI_SWITCHES;
    return graph.interLink().isWithin(farthest)
        && graph.intraLink().isWithin(LinkType.NVLINK_RELAYED)
        && capability >= 70;
  }

  private TopologyGraph graph(Algorithm algorithm) {
    return switch (algorithm) {
      case RING -> topology.ring();
      case NVLS, NVLS_TREE -> multicast == null ? topology.tree() : multicast;
      default -> topology.tree();
    };
  }

  private int steps(Operation operation) {
    return operation.busFactor().steps(n);
  }

  /** In GB/s of the call's larger buffer; 0 if the algorithm is of no use here. */
  float bandwidth(Operation operation, Algorithm algorithm, Protocol protocol) {
    TopologyGraph graph = graph(algorithm);
    float bus =
        switch (algorithm) {
          case RING -> ringBus(graph, protocol);
          case TREE -> treeBus(graph, protocol);
          case PAT -> (float) (plainBus(graph) * .75);
          case NVLS, NVLS_TREE -> multicastBus(graph, operation, algorithm);
          case COLLNET_DIRECT, COLLNET_CHAIN -> 0;
        };
    if (algorithm == Algorithm.RING) {
      return bus * (float) (1.0 * n / steps(operation));
    }
    if (operation.hasBlocks()) {
      return bus;
    }
    boolean rings = algorithm == Algorithm.NVLS || algorithm == Algorithm.NVLS_TREE;
    return bus * (rings ? (float) (1.0 * n / steps(operation)) : .5f);
  }

  private float plainBus(TopologyGraph graph) {
    return graph.channels() * (hosts <= 2 ? graph.intraGigabytes() : graph.interGigabytes());
  }

  private double llMost() {
    return constants.ll(profile.cpu() == Cpu.AMD);
  }

  private float ringBus(TopologyGraph graph, Protocol protocol) {
    boolean isFar = isNewerHere && hosts > 1;
    float bus = isFar ? graph.channels() * graph.interGigabytes() : plainBus(graph);
    return switch (protocol) {
      case SIMPLE -> bus;
      case LL -> (float) Math.min(llMost(), bus * .5);
      case LL128 -> (float) Math.min(bus * .92, graph.channels() * constants.ringLl128());
    };
  }

  private float treeBus(TopologyGraph graph, Protocol protocol) {
    int channels = graph.channels();
    float plain =
        isNewerHere
            ? channels * Math.min(graph.interGigabytes(), graph.intraGigabytes())
            : plainBus(graph);
    float bus = (float) Math.min(plain * .92, channels * constants.tree());
    bus =
        switch (protocol) {
          case SIMPLE -> bus;
          case LL -> (float) Math.min(bus * 1.0 / 3.8, llMost());
          case LL128 ->
              (float)
                  Math.min(
                      bus * (hosts == 1 ? 7.0 / 9.0 : 120.0 / 128.0),
                      channels * constants.treeLl128());
        };
    return graph.pattern() == SearchPattern.TREE ? (float) (bus * .85) : bus;
  }

  private float multicastBus(TopologyGraph graph, Operation operation, Algorithm algorithm) {
    int heads = graph.channels();
    if (heads < 2) {
      return 0;
    }
    float intra = graph.intraGigabytes() * constants.multicastEfficiency() * (heads - 1) / heads;
    intra *= operation.hasBlocks() ? (ranksPerHost - 1) / ranksPerHost : 2;
    boolean isTree = algorithm == Algorithm.NVLS_TREE;
    float inter = graph.interGigabytes() * (hosts <= 2 && isTree ? 2 : 1);
    float most = isTree ? (float) constants.nvlsTree() : Float.MAX_VALUE;
    return heads * Math.min(Math.min(intra, inter), most);
  }

  /** In microseconds. */
  float latency(Operation operation, Algorithm algorithm, Protocol protocol) {
    TopologyGraph graph = graph(algorithm);
    boolean nvLink = graph.intraLink() == LinkType.NVLINK;
    float base = (float) TunerConstants.base(algorithm, protocol);
    float intra = (float) TunerConstants.link(nvLink, algorithm, protocol);
    Algorithm exposed = ranksPerHost == 1 ? Algorithm.TREE : algorithm;
    float inter = (float) TunerConstants.network(exposed, protocol);
    inter += graph.interMicros();
    if (protocol == Protocol.SIMPLE) {
      inter += graph.interMicros();
    }
    int levels = 31 - Integer.numberOfLeadingZeros(hosts);
    return switch (algorithm) {
      case RING -> ring(operation, protocol, graph, base, intra, inter);
      case TREE -> base + 2 * ((n / hosts - 1) * intra + levels * inter);
      case NVLS -> hosts > 1 ? intra + inter : intra;
      case NVLS_TREE -> base + (intra + 2 * levels * inter);
      case PAT -> (float) (base + (levels * (inter / 3.5) + n * 2.8));
      case COLLNET_DIRECT, COLLNET_CHAIN -> base;
    };
  }

  private float ring(
      Operation operation,
      Protocol protocol,
      TopologyGraph graph,
      float base,
      float intra,
      float inter) {
    int steps = steps(operation);
    if (operation.hasRoot()) {
      boolean chunked = !graph.sameChannels() && protocol == Protocol.SIMPLE;
      float lat = linkOf(graph, chunked ? Algorithm.TREE : Algorithm.RING, protocol);
      return graph.sameChannels() ? base + lat : base + steps * lat;
    }
    int between = 0;
    float step = intra;
    if (hosts > 1) {
      between = operation.busFactor().steps(hosts);
      float overhead = profile.cpu() == Cpu.AMD ? 2 : 1;
      step = Math.max(intra, protocol == Protocol.SIMPLE ? overhead * 3 : overhead);
    }
    return base + ((steps - between) * step + between * inter);
  }

  private float linkOf(TopologyGraph graph, Algorithm algorithm, Protocol protocol) {
    if (hosts > 1) {
      return (float) TunerConstants.network(algorithm, protocol);
    }
    boolean nvLink = graph.intraLink() == LinkType.NVLINK;
    return (float) TunerConstants.link(nvLink, algorithm, protocol);
  }
}
