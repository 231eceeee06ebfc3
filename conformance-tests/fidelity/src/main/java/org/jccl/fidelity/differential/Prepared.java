package org.jccl.fidelity.differential;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A program with what its ranks' memory holds before, worked out once for both subjects.
 *
 * @param plans by rank
 * @param images by rank; never changed
 */
record Prepared(WholeProgram program, List<MemoryPlan> plans, List<byte[]> images) {
  static Prepared of(WholeProgram program) {
    List<MemoryPlan> plans =
        IntStream.range(0, program.ranks()).mapToObj(rank -> MemoryPlan.of(program, rank)).toList();
    return new Prepared(program, plans, plans.stream().map(MemoryPlan::image).toList());
  }
}
