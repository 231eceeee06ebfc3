package org.jccl.conformance.engine;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.jccl.conformance.cases.Inputs;
import org.jccl.conformance.cases.MemoryPlan;
import org.jccl.conformance.cases.Program;

/**
 * A program with what its ranks' memory holds before, worked out once for all subjects.
 *
 * @param inputs where scalars of the host come from as well
 * @param plans by rank
 * @param images by rank; never changed
 */
public record Prepared(
    Program program, Inputs inputs, List<MemoryPlan> plans, List<MemorySegment> images) {
  private static final long LARGE = 1 << 20;

  /** A program with generated inputs in memory of its own. */
  public static Prepared of(Program program) {
    return of(program, Inputs.GENERATED, new HostRoom());
  }

  /** A program whose images are in {@code room}. */
  public static Prepared of(Program program, Inputs inputs, HostRoom room) {
    List<MemoryPlan> plans =
        IntStream.range(0, program.ranks()).mapToObj(rank -> MemoryPlan.of(program, rank)).toList();
    List<MemorySegment> images =
        plans.stream().map(plan -> room.of(plan.rank(), plan.bytes())).toList();
    IntStream all = IntStream.range(0, program.ranks());
    boolean large = plans.stream().anyMatch(plan -> plan.bytes() > LARGE);
    (large ? all.parallel() : all).forEach(rank -> plans.get(rank).fill(images.get(rank), inputs));
    return new Prepared(program, inputs, plans, images);
  }
}
