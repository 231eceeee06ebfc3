package org.jccl.sim.cost;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jccl.ops.AlgorithmName;
import org.jccl.ops.Operation;
import org.jccl.ops.SymmetricCalls;
import org.jccl.sim.algo.CallLimits;
import org.jccl.sim.algo.ChannelLimits;
import org.jccl.sim.algo.CollectiveTask;
import org.jccl.sim.algo.CollectiveTask.Folding;
import org.jccl.sim.algo.PlacedCall;
import org.jccl.sim.algo.SymmetricChoice;
import org.jccl.sim.algo.SymmetricKernel;
import org.jccl.sim.machine.GpuProfile;
import org.jccl.sim.machine.Variables;
import org.jspecify.annotations.Nullable;

/**
 * Which symmetric kernel NCCL chooses for one communicator's calls, and with how many blocks of
 * threads (SYM-05): a base latency and a soft maximum of the bytes on the links, with a penalty for
 * each block. Immutable.
 *
 * <p>Proven on 4 H200 without multicast. What {@code NCCL_ALGO} and {@code NCCL_PROTO} say is of no
 * concern to it.
 */
public final class SymmetricModel {
  private static final int BLACKWELL = 100;
  private static final int MOST_BLOCKS = ChannelLimits.ALL;
  private static final double FLAGGED_BYTES = 9;
  private static final double GIGABYTE_PER_SECOND = (1 << 30) / 1.e6;
  private static final double GOOD_ENOUGH = 1.025;
  private static final float BLOCK_PENALTY = .025f;

  /** Flagged kernels count elements in 32 bits, all kernels chunks of 32 bytes. */
  private static final long MOST_FLAGGED = 2L << 30;

  private static final long MOST = 32 * MOST_FLAGGED;

  private final int computeCapability;
  private final int version;
  private final int worldSize;
  private final boolean multicast;
  private final int leastBlocks;
  private final int mostBlocks;
  private final boolean fixedBlocks;
  private final Set<SymmetricKernel> wanted;
  private final boolean isForced;

  /**
   * The model of a communicator on one host.
   *
   * @param multicast whether the switch may store and add
   * @param limits of the communicator's channels
   * @param environment with {@code NCCL_SYM_KERNEL} and {@code NCCL_SYM_CTAS}
   */
  public SymmetricModel(
      GpuProfile profile,
      int version,
      int worldSize,
      boolean multicast,
      ChannelLimits limits,
      Map<String, String> environment) {
    this.computeCapability = profile.computeCapability();
    this.version = version;
    this.worldSize = worldSize;
    this.multicast = multicast;
    int blocks = Math.clamp(Variables.number(environment, "NCCL_SYM_CTAS", 0), 0, MOST_BLOCKS);
    this.fixedBlocks = blocks > 0;
    this.leastBlocks = fixedBlocks ? blocks : Math.min(limits.least(), limits.most());
    this.mostBlocks = fixedBlocks ? blocks : limits.most();
    String kernel = environment.get("NCCL_SYM_KERNEL");
    this.isForced = kernel != null && !kernel.equals("^");
    this.wanted = EnumSet.noneOf(SymmetricKernel.class);
    if (kernel == null || !isForced) {
      wanted.addAll(EnumSet.allOf(SymmetricKernel.class));
    } else {
      SymmetricKernel.ofName(kernel).ifPresent(wanted::add);
    }
  }

  /** Whether {@code NCCL_SYM_KERNEL} names a kernel. */
  public boolean isForced() {
    return isForced;
  }

  /** Whether there is a kernel for this call, wherever its buffers are. */
  public boolean offers(PlacedCall call) {
    if (!isImplemented(call)) {
      return false;
    }
    for (SymmetricKernel kernel : SymmetricKernel.values()) {
      if (isUsable(kernel, call.call(), call.call().count())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether NCCL believes that the kernels of its operation, if there are any, can do it to such
   * elements. It is wrong about averages of an all-reduce (VER-10).
   */
  private boolean isImplemented(PlacedCall call) {
    CollectiveTask own = call.call();
    return SymmetricCalls.haveKernels(
        own.operation(), own.type(), own.folding() == Folding.SUM, call.isAverage(), version);
  }

  private boolean isUsable(SymmetricKernel kernel, CollectiveTask call, long count) {
    long bytes = call.withCount(count).bytes(worldSize);
    return kernel.operation() == call.operation()
        && wanted.contains(kernel)
        && (multicast || !kernel.needsMulticast())
        && !(kernel.addsInSwitch() && call.type().isFloat8() && computeCapability < BLACKWELL)
        && bytes < (kernel.hasFlags() ? MOST_FLAGGED : MOST);
  }

  /**
   * Chooses a kernel for calls of one kind.
   *
   * @param call the first one
   * @param elements elements of all of them
   * @param most elements of the largest one
   * @param calls how many
   * @return null if there is none
   */
  public @Nullable SymmetricChoice choose(PlacedCall call, long elements, long most, int calls) {
    return choose(call, elements, most, calls, null);
  }

  /**
   * The same for calls with a configuration of their own (CFG-26, CFG-28).
   *
   * @param limits what it leaves, or null
   */
  public @Nullable SymmetricChoice choose(
      PlacedCall call, long elements, long most, int calls, @Nullable CallLimits limits) {
    long bytes = elements * call.call().type().bytes();
    SymmetricChoice best = null;
    float bestCost = 1.e30f * (1.0f + BLOCK_PENALTY * 999);
    for (SymmetricKernel kernel : SymmetricKernel.values()) {
      if (isUsable(kernel, call.call(), most)
          && (calls == 1 || !kernel.hasFlags())
          && (kernel.hasFlags() || reaches(kernel, call))
          && (limits == null || isSelected(limits, kernel))) {
        SymmetricChoice own = estimate(kernel, bytes, limits);
        float cost = own.micros() * (1.0f + BLOCK_PENALTY * own.blocks());
        if (cost < bestCost) {
          best = own;
          bestCost = cost;
        }
      }
    }
    return best;
  }

  private static boolean isSelected(CallLimits limits, SymmetricKernel kernel) {
    if (limits.selection() == null) {
      return true;
    }
    for (AlgorithmName name : AlgorithmName.values()) {
      if (name.isKernel(kernel.nativeName()) && limits.allows(kernel.operation(), name)) {
        return true;
      }
    }
    return false;
  }

  /** Kernels without flags read inputs or write outputs of other ranks where they are. */
  private static boolean reaches(SymmetricKernel kernel, PlacedCall call) {
    boolean loads = kernel.operation().reduces();
    boolean stores = kernel.operation().receivesAlike();
    return (!loads || call.sendsFromWindow()) && (!stores || call.receivesIntoWindow());
  }

  /** The fewest blocks that are nearly as fast as the most, and their time. */
  private SymmetricChoice estimate(
      SymmetricKernel kernel, long bytes, @Nullable CallLimits limits) {
    int least = leastBlocks;
    int most = mostBlocks;
    if (limits != null && !fixedBlocks) {
      most = Math.min(most, limits.most());
      least = limits.least() == 0 ? Math.min(least, most) : Math.min(limits.least(), most);
    }
    if (!fixedBlocks && kernel.needsMulticast() && !kernel.hasFlags()) {
      most = Math.min(most, Math.ceilDiv(computeCapability < BLACKWELL ? 16 : 32, worldSize));
    }
    least = Math.min(least, most);
    boolean isEven = version >= Tuner.SECOND_MODEL && least != most;
    if (isEven) { // an odd number is taken only if it is one
      least = least == 1 ? 1 : least + (least & 1);
      most = most == 1 ? 1 : most & ~1;
    }
    int blocks = most;
    float micros = (float) micros(kernel, bytes, most);
    for (int fewer = least; fewer < most; fewer += isEven && fewer != 1 ? 2 : 1) {
      double time = micros(kernel, bytes, fewer);
      if (time <= GOOD_ENOUGH * micros) {
        return new SymmetricChoice(kernel, fewer, (float) time);
      }
    }
    return new SymmetricChoice(kernel, blocks, micros);
  }

  private double micros(SymmetricKernel kernel, long bytes, int blocks) {
    boolean isSum = kernel.operation() == Operation.ALL_REDUCE;
    boolean isWholeSum = kernel == SymmetricKernel.ALL_REDUCE_LOAD_MULTICAST;
    double latency;
    double perBlock;
    double peak;
    if (computeCapability < BLACKWELL) {
      latency = kernel.hasFlags() ? 4.5 : 7.8;
      perBlock = isSum ? 65 : 44;
      peak = isWholeSum ? 480 : 320;
    } else {
      boolean gathers = kernel.operation() == Operation.ALL_GATHER;
      latency = kernel.hasFlags() ? (gathers ? 8.5 : 11) : (isSum ? 19.5 : 13.0);
      perBlock = 55;
      peak = isWholeSum ? 1000 : 600;
    }
    double bandwidth =
        softMin(
            blocks * (perBlock * GIGABYTE_PER_SECOND) * multiplier(kernel),
            peak * GIGABYTE_PER_SECOND,
            perBlock * GIGABYTE_PER_SECOND);
    return latency + softPlus(busBytes(kernel, bytes) / bandwidth - 1);
  }

  /** What a rank sends or receives, whichever is more. */
  private double busBytes(SymmetricKernel kernel, long bytes) {
    int n = worldSize;
    if (kernel.hasFlags()) {
      return Math.floor(n * bytes * FLAGGED_BYTES);
    }
    return switch (kernel) {
      case ALL_REDUCE_LOAD -> 2 * bytes * (n - 1) / n;
      case ALL_REDUCE_LOAD_MULTICAST -> bytes / n + bytes;
      default -> (n - 1) * bytes;
    };
  }

  /** How many bytes arrive for each one that is sent. */
  private double multiplier(SymmetricKernel kernel) {
    if (!kernel.needsMulticast()) {
      return 1;
    }
    if (kernel.hasFlags()) {
      return 1.1;
    }
    return kernel == SymmetricKernel.ALL_REDUCE_LOAD_MULTICAST ? worldSize : 0.55 * worldSize;
  }

  private static double softMin(double x, double ceiling, double softness) {
    double lost = Math.log1p((Math.exp(ceiling / softness) - 1) * Math.exp(-x / softness));
    return ceiling - softness * lost;
  }

  private static double softPlus(double x) {
    return x >= 100 ? x : Math.log1p(Math.exp(x));
  }
}
