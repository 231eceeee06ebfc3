package org.jccl.ops;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * The names that a configuration of a call may select from, with the operations that have them, in
 * NCCL's order (rule CFG-28): algorithms with a protocol, and kernels for symmetric windows.
 */
public enum AlgorithmName {
  /** Tree, LL. */
  TREE_LL(Algorithm.TREE, Protocol.LL, Operation.ALL_REDUCE),
  /** Tree, LL128. */
  TREE_LL128(Algorithm.TREE, Protocol.LL128, Operation.ALL_REDUCE),
  /** Tree, Simple. */
  TREE_SIMPLE(Algorithm.TREE, Protocol.SIMPLE, Operation.ALL_REDUCE),
  /** Ring, LL. */
  RING_LL(Algorithm.RING, Protocol.LL, general()),
  /** Ring, LL128. */
  RING_LL128(Algorithm.RING, Protocol.LL128, general()),
  /** Ring, Simple. */
  RING_SIMPLE(Algorithm.RING, Protocol.SIMPLE, general()),
  /** A network that reduces, directly. */
  COLLNET_DIRECT_SIMPLE(Algorithm.COLLNET_DIRECT, Protocol.SIMPLE, unrooted()),
  /** A network that reduces, by a chain. */
  COLLNET_CHAIN_SIMPLE(Algorithm.COLLNET_CHAIN, Protocol.SIMPLE, Operation.ALL_REDUCE),
  /** The switch. */
  NVLS_SIMPLE(Algorithm.NVLS, Protocol.SIMPLE, unrooted()),
  /** The switches of several hosts, in a tree. */
  NVLSTREE_SIMPLE(Algorithm.NVLS_TREE, Protocol.SIMPLE, Operation.ALL_REDUCE),
  /** PAT. */
  PAT_SIMPLE(
      Algorithm.PAT,
      Protocol.SIMPLE,
      new Operation[] {Operation.ALL_GATHER, Operation.REDUCE_SCATTER}),
  /** AllReduce_AGxLL_R. */
  SYMK_AGXLL_R("SYMK_AGxLL_R", Operation.ALL_REDUCE),
  /** AllReduce_AGxLLMC_R. */
  SYMK_AGXLLMC_R("SYMK_AGxLLMC_R", Operation.ALL_REDUCE),
  /** AllReduce_RSxTmaLD_AGxTmaST. */
  SYMK_RSXTMALD_AGXTMAST("SYMK_RSxTmaLD_AGxTmaST", Operation.ALL_REDUCE),
  /** AllReduce_RSxLD_AGxST. */
  SYMK_RSXLD_AGXST("SYMK_RSxLD_AGxST", Operation.ALL_REDUCE),
  /** AllReduce_RSxLDMC_AGxSTMC. */
  SYMK_RSXLDMC_AGXSTMC("SYMK_RSxLDMC_AGxSTMC", Operation.ALL_REDUCE),
  /** AllGather_LL. */
  SYMK_GATHER_LL("SYMK_LL", Operation.ALL_GATHER),
  /** AllGather_LLMC. */
  SYMK_LLMC("SYMK_LLMC", Operation.ALL_GATHER),
  /** AllGather_TmaST. */
  SYMK_TMAST("SYMK_TmaST", Operation.ALL_GATHER),
  /** AllGather_ST. */
  SYMK_ST("SYMK_ST", Operation.ALL_GATHER),
  /** AllGather_TmaSTMC. */
  SYMK_TMASTMC("SYMK_TmaSTMC", Operation.ALL_GATHER),
  /** AllGather_STMC. */
  SYMK_STMC("SYMK_STMC", Operation.ALL_GATHER),
  /** AllGather_RailRing_LsaSTMC. */
  SYMK_RAILRING_LSASTMC("SYMK_RailRing_LsaSTMC", Operation.ALL_GATHER),
  /** ReduceScatter_LL. */
  SYMK_SCATTER_LL("SYMK_LL", Operation.REDUCE_SCATTER),
  /** ReduceScatter_TmaLD. */
  SYMK_TMALD("SYMK_TmaLD", Operation.REDUCE_SCATTER),
  /** ReduceScatter_LD. */
  SYMK_LD("SYMK_LD", Operation.REDUCE_SCATTER),
  /** ReduceScatter_LDMC. */
  SYMK_LDMC("SYMK_LDMC", Operation.REDUCE_SCATTER),
  /** ReduceScatter_RailA2A_LsaLD. */
  SYMK_RAILA2A_LSALD("SYMK_RailA2A_LsaLD", Operation.REDUCE_SCATTER),
  /** ReduceScatter_RailA2A_LsaLDMC. */
  SYMK_RAILA2A_LSALDMC("SYMK_RailA2A_LsaLDMC", Operation.REDUCE_SCATTER);

  private static final String SYMMETRIC = "SYMK_";
  private static final AlgorithmName[] VALUES = values();

  private final String nativeName;
  private final @Nullable Algorithm algorithm;
  private final @Nullable Protocol protocol;
  private final Operation[] operations;

  AlgorithmName(Algorithm algorithm, Protocol protocol, Operation... operations) {
    this.nativeName = name();
    this.algorithm = algorithm;
    this.protocol = protocol;
    this.operations = operations;
  }

  AlgorithmName(String nativeName, Operation operation) {
    this.nativeName = nativeName;
    this.algorithm = null;
    this.protocol = null;
    this.operations = new Operation[] {operation};
  }

  private static Operation[] general() {
    return new Operation[] {
      Operation.ALL_REDUCE,
      Operation.ALL_GATHER,
      Operation.REDUCE_SCATTER,
      Operation.BROADCAST,
      Operation.REDUCE
    };
  }

  private static Operation[] unrooted() {
    return new Operation[] {Operation.ALL_REDUCE, Operation.ALL_GATHER, Operation.REDUCE_SCATTER};
  }

  /**
   * {@return the name of {@code algorithm} with {@code protocol}; null if NCCL has no such}
   *
   * @param algorithm an algorithm
   * @param protocol a protocol
   */
  public static @Nullable AlgorithmName of(Algorithm algorithm, Protocol protocol) {
    for (AlgorithmName each : VALUES) {
      if (each.algorithm == algorithm && each.protocol == protocol) {
        return each;
      }
    }
    return null;
  }

  /** {@return NCCL's name, which another operation's kernel may share} */
  public String nativeName() {
    return nativeName;
  }

  /** {@return the algorithm; null for a kernel for symmetric windows} */
  public @Nullable Algorithm algorithm() {
    return algorithm;
  }

  /** {@return its protocol; null for a kernel for symmetric windows} */
  public @Nullable Protocol protocol() {
    return protocol;
  }

  /** {@return whether it is a kernel for symmetric windows} */
  public boolean isSymmetric() {
    return algorithm == null;
  }

  /**
   * {@return whether {@code operation} has it}
   *
   * @param operation the operation
   */
  public boolean isOf(Operation operation) {
    for (Operation each : operations) {
      if (each == operation) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@return whether it is the symmetric kernel that NCCL calls {@code kernel} elsewhere, as in
   * {@code AllReduce_AGxLL_R}}
   *
   * @param kernel the kernel's name in NCCL's log and in {@code NCCL_SYM_KERNEL}
   */
  public boolean isKernel(String kernel) {
    return isSymmetric()
        && kernel.endsWith("_" + nativeName.substring(SYMMETRIC.length()))
        && isOf(
            kernel.startsWith("AllReduce")
                ? Operation.ALL_REDUCE
                : kernel.startsWith("AllGather") ? Operation.ALL_GATHER : Operation.REDUCE_SCATTER);
  }

  /**
   * {@return the names that begin with {@code tag}, in any case; empty if there are none}
   *
   * @param tag the beginning of a name
   */
  static Set<AlgorithmName> beginningWith(String tag) {
    String wanted = tag.toUpperCase(Locale.ROOT);
    EnumSet<AlgorithmName> found = EnumSet.noneOf(AlgorithmName.class);
    for (AlgorithmName each : values()) {
      if (each.nativeName.toUpperCase(Locale.ROOT).startsWith(wanted)) {
        found.add(each);
      }
    }
    return found;
  }
}
