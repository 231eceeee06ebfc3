package org.jccl.sim.cost;

import org.jccl.DataType;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.AlgorithmName;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Allowed;
import org.jccl.sim.algo.Buffers;
import org.jccl.sim.algo.CallLimits;
import org.jccl.sim.algo.ChannelLimits;
import org.jccl.sim.algo.ChannelSplit;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.LinkType;
import org.jccl.sim.algo.Topology;
import org.jccl.sim.algo.TopologyGraph;
import org.jccl.sim.algo.TopologySearch;
import org.jccl.sim.machine.GpuProfile;
import org.jspecify.annotations.Nullable;

/**
 * NCCL's own estimate of how long each algorithm and protocol takes for one communicator, in single
 * precision as NCCL computes it, and what it therefore chooses (TUNE-01, TUNE-02). Immutable.
 *
 * <p>Proven on one NVSwitch host with 2 to 4 GPUs; several hosts, PCIe and multicast are predicted
 * from NCCL's sources. A network that reduces (CollNet) is in no profile: its algorithms are never
 * available.
 */
public final class Tuner {
  private static final float LONGEST = 3_600_000_000f;
  private static final int FEWER_PER_BATCH = 23000;
  private static final int SLOW_RING = 12;
  private static final int SLOW_RING_THREADS = 256;
  private static final int MANY_RANKS = 8;
  private static final int LOSSY = 1024;
  private static final int MULTICAST_CHANNELS = 16;
  private static final int BLACKWELL = 100;

  /** From this version on one table of models has all algorithms and kernels (TUNE-05). */
  static final int SECOND_MODEL = 23102;

  private static final Algorithm[] ALGORITHMS = Algorithm.values();
  private static final Protocol[] PROTOCOLS = Protocol.values();

  private final GpuProfile profile;
  private final int version;
  private final int ranks;
  private final int hosts;
  private final int channels;
  private final Buffers buffers;
  private final Allowed allowed;
  private final float[] bandwidths;
  private final float[] latencies;
  private final boolean isSlowRing;
  private final boolean hasFastLinks;

  /** Which of two equally fast ones is taken. */
  private final boolean lastOfEqual;

  /**
   * The tuner of one communicator.
   *
   * @param search the machine and the version that is imitated
   * @param topology the communicator's rings and trees
   * @param buffers the limits of threads
   * @param allowed what variables leave
   */
  public Tuner(TopologySearch search, Topology topology, Buffers buffers, Allowed allowed) {
    this.profile = search.profile();
    this.version = search.version();
    this.ranks = topology.worldSize();
    this.hosts = topology.hosts();
    this.channels = topology.channels();
    this.buffers = buffers;
    this.allowed = allowed;
    TopologyGraph ring = topology.ring();
    this.lastOfEqual = version >= SECOND_MODEL;
    this.hasFastLinks =
        profile.computeCapability() >= BLACKWELL && ring.intraLink() == LinkType.NVLINK;
    this.isSlowRing = !lastOfEqual && ring.intraGigabytes() * ring.channels() <= SLOW_RING;
    int cells = Operation.values().length * ALGORITHMS.length * PROTOCOLS.length;
    this.bandwidths = new float[cells];
    this.latencies = new float[cells];
    if (ranks > 1) {
      TopologyGraph multicast = search.multicast(ranks, hosts);
      TuningModel model = new TuningModel(profile, version, topology, multicast);
      fill(model, topology, multicast != null && allowed.allowsMulticast());
    }
  }

  /** The tuner of ranks on devices 0, 1, 2 and so on, with nothing limited. */
  public static Tuner of(TopologySearch search, int worldSize) {
    Topology topology = search.find(worldSize, ChannelLimits.none());
    return new Tuner(search, topology, Buffers.defaults(), Allowed.everything());
  }

  private void fill(TuningModel model, Topology topology, boolean multicast) {
    for (Operation operation : Operation.values()) {
      for (Algorithm algorithm : ALGORITHMS) {
        for (Protocol protocol : PROTOCOLS) {
          if (Allowed.exists(operation, algorithm, protocol)
              && isAllowed(operation, algorithm, protocol, topology)
              && isThere(algorithm, multicast)) {
            int cell = cell(operation, algorithm, protocol);
            bandwidths[cell] = model.bandwidth(operation, algorithm, protocol);
            latencies[cell] = model.latency(operation, algorithm, protocol);
          }
        }
      }
    }
  }

  private boolean isThere(Algorithm algorithm, boolean multicast) {
    return switch (algorithm) {
      case RING, TREE -> true;
      case COLLNET_DIRECT, COLLNET_CHAIN -> false;
      case NVLS -> multicast && hosts == 1;
      case NVLS_TREE -> multicast && hosts > 1;
      case PAT -> allowed.allowsPat(ranks, hosts);
    };
  }

  private boolean isAllowed(
      Operation operation, Algorithm algorithm, Protocol protocol, Topology topology) {
    if (!allowed.allows(operation, algorithm) || !allowed.allows(operation, protocol)) {
      return false;
    }
    TopologyGraph graph = algorithm == Algorithm.RING ? topology.ring() : topology.tree();
    return protocol != Protocol.LL128
        || allowed.listsProtocols(operation)
        || TuningModel.suitsLl128(graph, profile.computeCapability());
  }

  private static int cell(Operation operation, Algorithm algorithm, Protocol protocol) {
    int row = operation.ordinal() * ALGORITHMS.length + algorithm.ordinal();
    return row * PROTOCOLS.length + protocol.ordinal();
  }

  /** How many ranks the communicator has. */
  public int worldSize() {
    return ranks;
  }

  /** How many hosts they are on. */
  public int hosts() {
    return hosts;
  }

  /** The algorithm's bandwidth in GB/s; 0 if it is not available. */
  public float bandwidth(Operation operation, Algorithm algorithm, Protocol protocol) {
    return bandwidths[cell(operation, algorithm, protocol)];
  }

  /** The algorithm's latency in microseconds. */
  public float latency(Operation operation, Algorithm algorithm, Protocol protocol) {
    return latencies[cell(operation, algorithm, protocol)];
  }

  /**
   * Time of a call in microseconds, as NCCL estimates it; -1 if the combination is not available.
   *
   * @param bytes the larger of the two buffers ({@link Operation#measuredBytes})
   * @param operations calls of a group that share a channel; 1 for a lone call
   */
  public float time(
      Operation operation, Algorithm algorithm, Protocol protocol, long bytes, int operations) {
    int cell = cell(operation, algorithm, protocol);
    float bandwidth = bandwidths[cell];
    float latency = latencies[cell];
    if (bandwidth == 0) {
      return -1;
    }
    int log = 63 - Long.numberOfLeadingZeros(bytes >> 6);
    if (isCorrected(operation, algorithm, log)) {
      bandwidth *= TunerConstants.treeCorrection(protocol, log);
    }
    if (algorithm == Algorithm.RING
        && protocol == Protocol.SIMPLE
        && hasPlateau(operation)
        && bytes / ((long) channels * ranks) >= 64) {
      latency = (float) (latency * (profile.computeCapability() < 80 ? 1.9 : 1.4));
    }
    int batch = version < FEWER_PER_BATCH ? 10 : 8;
    int rounds = algorithm == Algorithm.RING ? operations : (operations + batch - 1) / batch;
    return latency * rounds + bytes / (1000 * bandwidth);
  }

  /** Whether longer calls of a ring have a higher latency. */
  private boolean hasPlateau(Operation operation) {
    boolean isOneFastHost = version >= SECOND_MODEL && hosts == 1 && hasFastLinks;
    return (operation == Operation.ALL_REDUCE && hosts > 1)
        || (isOneFastHost
            && (operation == Operation.ALL_GATHER || operation == Operation.REDUCE_SCATTER));
  }

  private boolean isCorrected(Operation operation, Algorithm algorithm, int log) {
    if (operation != Operation.ALL_REDUCE || log < 0) {
      return false;
    }
    boolean blackwell = version >= FEWER_PER_BATCH && profile.computeCapability() >= BLACKWELL;
    return (algorithm == Algorithm.TREE && log < 23)
        || (algorithm == Algorithm.NVLS_TREE && log < 24 && blackwell);
  }

  /**
   * What NCCL chooses for a lone call; see {@link #choose(Operation, DataType, boolean, long,
   * int)}.
   */
  public @Nullable Choice choose(Operation operation, DataType type, boolean isScaled, long count) {
    return choose(operation, type, isScaled, count, 1);
  }

  /**
   * What NCCL chooses for a call.
   *
   * @param isScaled whether the reduction is an average or a scaled sum
   * @param count NCCL's count argument
   * @param operations calls of a group that share a channel; 1 for a lone call
   * @return null if nothing is left that could carry it out (rule ENV-06), or if the operation is
   *     made of messages, for which NCCL has no model
   */
  public @Nullable Choice choose(
      Operation operation, DataType type, boolean isScaled, long count, int operations) {
    return choose(operation, type, isScaled, count, operations, null);
  }

  /**
   * What NCCL chooses for a call with a configuration of its own (CFG-28).
   *
   * @param limits what it leaves, or null
   * @return null if nothing is left that could carry it out
   */
  public @Nullable Choice choose(
      Operation operation,
      DataType type,
      boolean isScaled,
      long count,
      int operations,
      @Nullable CallLimits limits) {
    long bytes = operation.measuredBytes(count, ranks, type.bytes());
    if (ranks == 1) {
      return new Choice(Algorithm.RING, Protocol.SIMPLE, channels, 0);
    }
    float least = LONGEST;
    Algorithm algorithm = null;
    Protocol protocol = null;
    for (Algorithm each : ALGORITHMS) {
      boolean isLeft =
          switch (each) {
            case PAT -> operation != Operation.REDUCE_SCATTER || !isScaled;
            case NVLS, NVLS_TREE -> adds(operation, type, isScaled);
            default -> true;
          };
      for (int p = 0; isLeft && p < PROTOCOLS.length; p++) {
        if (limits != null && !isSelected(limits, operation, each, PROTOCOLS[p])) {
          continue;
        }
        float time = time(operation, each, PROTOCOLS[p], bytes, operations);
        if (type.isFloat8() && each == Algorithm.RING && ranks > MANY_RANKS) {
          time *= LOSSY;
        }
        if (time >= 0 && (time < least || (lastOfEqual && time == least))) {
          least = time;
          algorithm = each;
          protocol = PROTOCOLS[p];
        }
      }
    }
    if (algorithm == null || protocol == null) {
      return null;
    }
    return new Choice(algorithm, protocol, maxChannels(algorithm, protocol, bytes), least);
  }

  private static boolean isSelected(
      CallLimits limits, Operation operation, Algorithm algorithm, Protocol protocol) {
    AlgorithmName name = AlgorithmName.of(algorithm, protocol);
    return name != null && limits.allows(operation, name);
  }

  /** The types that the switch adds; minimum and maximum of floats are left out (DET-05). */
  private static boolean adds(Operation operation, DataType type, boolean isScaled) {
    return operation == Operation.ALL_GATHER || (!isScaled && type.bytes() > 1);
  }

  /** A call with few bytes uses few channels (PART-01). */
  public int maxChannels(Algorithm algorithm, Protocol protocol, long bytes) {
    boolean multicast = algorithm == Algorithm.NVLS || algorithm == Algorithm.NVLS_TREE;
    if (multicast) {
      return MULTICAST_CHANNELS;
    }
    if (algorithm == Algorithm.PAT) {
      return channels; // its thread limit is never set
    }
    boolean slow = isSlowRing && algorithm == Algorithm.RING && protocol == Protocol.SIMPLE;
    Buffers limits = slow ? withFewerThreads(buffers) : buffers;
    return ChannelSplit.maxChannels(algorithm, protocol, bytes, ranks, channels, limits);
  }

  private static Buffers withFewerThreads(Buffers all) {
    return new Buffers(
        all.llBytes(),
        all.ll128Bytes(),
        all.simpleBytes(),
        Math.min(all.threads(), SLOW_RING_THREADS),
        all.ll128Threads());
  }
}
