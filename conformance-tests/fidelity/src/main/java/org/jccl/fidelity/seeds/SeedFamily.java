package org.jccl.fidelity.seeds;

import java.util.List;
import net.jqwik.api.Shrinkable;
import org.jccl.conformance.engine.Outcome;

/**
 * Programs of one kind, one for each seed, and how they are judged.
 *
 * @param <P> the programs
 */
public interface SeedFamily<P> {
  /** The program of a seed, able to shrink. */
  Shrinkable<P> of(long seed);

  /** Runs it. */
  Outcome judge(P program);

  /** Names of the table's columns between the seed and the result. */
  List<String> columns();

  /** What stands in them. */
  List<String> cells(P program, Outcome outcome);

  /** What else is said of a program that differs. */
  String remark(P program, boolean smallest);
}
