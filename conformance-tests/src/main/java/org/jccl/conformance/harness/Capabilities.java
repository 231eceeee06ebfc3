package org.jccl.conformance.harness;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jccl.DataType;

/**
 * What a subject can do, so that rules it cannot show are skipped with a reason instead of failing.
 *
 * @param maxRanks ranks it can open at most
 * @param types the element types it knows
 * @param float8Reductions whether float8 may be reduced (rule TYP-03)
 * @param version NCCL version code that it is or imitates (rule VER-01)
 * @param disposable whether a new instance is cheap, so that one is taken after every failure
 * @param reportsMisuse whether misuse that NCCL leaves undefined is reported
 * @param repeatable whether the same program gives the same schedule again
 */
public record Capabilities(
    int maxRanks,
    Set<DataType> types,
    boolean float8Reductions,
    int version,
    boolean disposable,
    boolean reportsMisuse,
    boolean repeatable) {
  /** Most ranks that properties try, however many there are. */
  public static final int MOST_RANKS = 8;

  /** Copies the set. */
  public Capabilities {
    types = Set.copyOf(types);
  }

  /** A simulated NCCL 2.28.9 without limits. */
  public static Capabilities simulated(boolean repeatable) {
    return new Capabilities(
        MOST_RANKS, EnumSet.allOf(DataType.class), true, 22809, true, true, repeatable);
  }

  /**
   * Why a reduction of float8 elements that multiplies them ({@code scales}) cannot be shown, if it
   * cannot.
   */
  public Optional<String> whyNoReduction(DataType type, int ranks, boolean scales) {
    if (!type.isFloat8()) {
      return Optional.empty();
    }
    if (!float8Reductions) {
      return Optional.of("TYP-03: float8 reductions need compute capability 9.0");
    }
    if (ranks == 1 && scales) {
      return Optional.of("RED-12: one rank cannot scale float8");
    }
    return Optional.empty();
  }
}
