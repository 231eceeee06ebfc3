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
 * @param hasDefects whether known defects of its version are to be stayed clear of (rules VER-06,
 *     VER-08, PMS-12)
 * @param sharesGpus whether several ranks are on one GPU (rule ENV-12)
 */
public record Capabilities(
    int maxRanks,
    Set<DataType> types,
    boolean float8Reductions,
    int version,
    boolean disposable,
    boolean reportsMisuse,
    boolean repeatable,
    boolean hasDefects,
    boolean sharesGpus) {
  /** Most ranks that properties try, however many there are. */
  public static final int MOST_RANKS = 8;

  private static final int FIXED_2_29_2 = 22902;
  private static final int FIXED_2_29_7 = 22907;

  /** Copies the set. */
  public Capabilities {
    types = Set.copyOf(types);
  }

  /** Those of a subject that gives each rank a GPU of its own. */
  public Capabilities(
      int maxRanks,
      Set<DataType> types,
      boolean float8Reductions,
      int version,
      boolean disposable,
      boolean reportsMisuse,
      boolean repeatable,
      boolean hasDefects) {
    this(
        maxRanks,
        types,
        float8Reductions,
        version,
        disposable,
        reportsMisuse,
        repeatable,
        hasDefects,
        false);
  }

  /** The same on a machine that opens {@code devices} ranks at most. */
  public Capabilities withRanks(int devices) {
    return new Capabilities(
        Math.min(maxRanks, devices),
        types,
        float8Reductions,
        version,
        disposable,
        reportsMisuse,
        repeatable,
        hasDefects,
        sharesGpus);
  }

  /** The same with each rank in one of so many processes, whose order nothing decides. */
  public Capabilities spread(int processes) {
    Capabilities here = withRanks(processes);
    return new Capabilities(
        here.maxRanks,
        types,
        float8Reductions,
        version,
        disposable,
        reportsMisuse,
        false,
        hasDefects,
        sharesGpus);
  }

  /** A simulated NCCL of that version without limits. */
  public static Capabilities simulated(int version, boolean repeatable) {
    return new Capabilities(
        MOST_RANKS, EnumSet.allOf(DataType.class), true, version, true, true, repeatable, false);
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
    if (hasDefects && version < FIXED_2_29_2 && type == DataType.FLOAT8_E4M3 && ranks > 1) {
      return Optional.of("VER-06: before 2.29.2 float8 e4m3 may find no algorithm");
    }
    return Optional.empty();
  }

  /** Most bytes that one rank may scale: before 2.29.7 it dropped the tail above (PMS-12). */
  public long mostScaledBytes(int ranks) {
    boolean drops = hasDefects && version < FIXED_2_29_7 && ranks == 1;
    return drops ? 16_384 : Long.MAX_VALUE;
  }

  /** Whether a group may hold several messages for a peer in uneven patterns (VER-08). */
  public boolean mixesMessages() {
    return !hasDefects || version >= FIXED_2_29_2;
  }

  /** In words, for the first line of a report. */
  @Override
  public String toString() {
    return "NCCL "
        + version
        + ", up to "
        + maxRanks
        + (maxRanks == 1 ? " rank, " : " ranks, ")
        + types.size()
        + " types"
        + (float8Reductions ? "" : ", float8 only moves");
  }
}
