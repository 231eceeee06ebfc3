package org.jccl.sim.algo;

import java.util.Optional;
import java.util.stream.Stream;
import org.jccl.ops.Operation;

/**
 * NCCL's kernels for buffers in symmetric windows (SYM-01), in the order in which NCCL asks its
 * model about them. Those that cross hosts, and those that no H100 or H200 has, are not here.
 */
public enum SymmetricKernel {
  /** Every rank sends all of its input to all, with flags, and folds ranks 0, 1, …, n−1 itself. */
  ALL_REDUCE_LL("AllReduce_AGxLL_R", Operation.ALL_REDUCE, true, Multicast.NONE),
  /** The same, sent by the switch. */
  ALL_REDUCE_LL_MULTICAST("AllReduce_AGxLLMC_R", Operation.ALL_REDUCE, true, Multicast.STORES),
  /** A rank loads its part of all inputs, folds from itself on, and stores the sum everywhere. */
  ALL_REDUCE_LOAD("AllReduce_RSxLD_AGxST", Operation.ALL_REDUCE, false, Multicast.NONE),
  /** The switch adds. */
  ALL_REDUCE_LOAD_MULTICAST(
      "AllReduce_RSxLDMC_AGxSTMC", Operation.ALL_REDUCE, false, Multicast.ADDS),
  /** Every rank sends its input to all, with flags. */
  ALL_GATHER_LL("AllGather_LL", Operation.ALL_GATHER, true, Multicast.NONE),
  /** The same, sent by the switch. */
  ALL_GATHER_LL_MULTICAST("AllGather_LLMC", Operation.ALL_GATHER, true, Multicast.STORES),
  /** Every rank stores its input everywhere. */
  ALL_GATHER_STORE("AllGather_ST", Operation.ALL_GATHER, false, Multicast.NONE),
  /** The same, stored by the switch. */
  ALL_GATHER_STORE_MULTICAST("AllGather_STMC", Operation.ALL_GATHER, false, Multicast.STORES),
  /** Every rank sends each other one its block, with flags; folds ranks 0, 1, …, n−1. */
  REDUCE_SCATTER_LL("ReduceScatter_LL", Operation.REDUCE_SCATTER, true, Multicast.NONE),
  /** A rank loads its block of all inputs and folds from itself on. */
  REDUCE_SCATTER_LOAD("ReduceScatter_LD", Operation.REDUCE_SCATTER, false, Multicast.NONE),
  /** The switch adds. */
  REDUCE_SCATTER_LOAD_MULTICAST(
      "ReduceScatter_LDMC", Operation.REDUCE_SCATTER, false, Multicast.ADDS);

  /** What a kernel leaves to the switch. */
  private enum Multicast {
    NONE,
    STORES,
    ADDS
  }

  private final String nativeName;
  private final Operation operation;
  private final boolean hasFlags;
  private final Multicast multicast;

  SymmetricKernel(String nativeName, Operation operation, boolean hasFlags, Multicast multicast) {
    this.nativeName = nativeName;
    this.operation = operation;
    this.hasFlags = hasFlags;
    this.multicast = multicast;
  }

  /** The kernel that {@code NCCL_SYM_KERNEL} calls {@code name}, if there is one. */
  public static Optional<SymmetricKernel> ofName(String name) {
    return Stream.of(values()).filter(each -> each.nativeName.equals(name)).findFirst();
  }

  /** NCCL's name, as in {@code NCCL_SYM_KERNEL} and in its log. */
  public String nativeName() {
    return nativeName;
  }

  /** What it carries out. */
  public Operation operation() {
    return operation;
  }

  /** Whether data travels with flags, as in protocol LL: such kernels take one call at a time. */
  public boolean hasFlags() {
    return hasFlags;
  }

  /** Whether it needs the switch's multicast. */
  public boolean needsMulticast() {
    return multicast != Multicast.NONE;
  }

  /** Whether the switch adds: then the order is not known (DET-05). */
  public boolean addsInSwitch() {
    return multicast == Multicast.ADDS;
  }
}
