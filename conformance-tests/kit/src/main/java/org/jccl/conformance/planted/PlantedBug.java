package org.jccl.conformance.planted;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jccl.CheckLevel;
import org.jccl.RankProgram;
import org.jccl.sim.Simulator;
import org.jccl.sim.explore.Explorer;
import org.jccl.sim.explore.Variation;

/**
 * A program with one bug.
 *
 * @param name what is wrong
 * @param source where it comes from: {@code planted}, or a tracker's issue
 * @param depth how many orders have to come together for the bug to show; 0 if any schedule shows
 *     it
 * @param ranks number of ranks
 * @param varies what of the world is varied
 * @param shares whether its ranks share fields
 * @param program makes the program of one schedule
 */
public record PlantedBug(
    String name,
    String source,
    int depth,
    int ranks,
    Set<Variation> varies,
    boolean shares,
    Supplier<RankProgram> program) {
  static PlantedBug of(String name, int depth, int ranks, Supplier<RankProgram> program) {
    return new PlantedBug(
        name, "planted", depth, ranks, EnumSet.noneOf(Variation.class), false, program);
  }

  static PlantedBug told(String source, String name, int ranks, RankProgram program) {
    return new PlantedBug(
        name, source, 0, ranks, EnumSet.noneOf(Variation.class), false, () -> program);
  }

  PlantedBug sharing() {
    return new PlantedBug(name, source, depth, ranks, varies, true, program);
  }

  PlantedBug varying(int orders, Variation what) {
    return new PlantedBug(name, source, orders, ranks, EnumSet.of(what), shares, program);
  }

  /** {@return an explorer of it, which stops at the first failure and does not shrink it} */
  public Explorer explorer() {
    return Explorer.ofPrograms(program::get)
        .ranks(ranks)
        .varies(varies)
        .sharesState(shares)
        .shrinks(false)
        .world(() -> Simulator.builder().checks(CheckLevel.FULL));
  }
}
