package org.jccl.sim.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What breaks in a simulated world, and when: faults at calls of ranks. Immutable. The text form
 * stands in annotations, properties and options; several faults are separated by semicolons or
 * lines:
 *
 * <pre>{@code
 * rank 1 at call 3: exit
 * rank 2 at all_reduce 5: hang; rank 0 at allocate 2: out of memory
 * }</pre>
 *
 * @param faults the faults; each strikes once, at the first call that fits
 */
public record FaultPlan(List<Fault> faults) {
  private static final FaultPlan NONE = new FaultPlan(List.of());

  /** Keeps a copy. */
  public FaultPlan {
    faults = List.copyOf(faults);
  }

  /**
   * {@return a plan in which nothing breaks} A world with it counts its calls ({@link
   * FaultLog#calls()}), which tells where faults can strike.
   */
  public static FaultPlan none() {
    return NONE;
  }

  /**
   * {@return a plan of these faults}
   *
   * @param faults the faults
   */
  public static FaultPlan of(Fault... faults) {
    return new FaultPlan(List.of(faults));
  }

  /**
   * {@return the plan that a text says}
   *
   * @param text faults, separated by semicolons or line ends; nothing breaks if it is blank
   * @throws IllegalArgumentException if a part of it is no fault
   */
  public static FaultPlan parse(String text) {
    List<Fault> faults = new ArrayList<>();
    for (String part : text.split("[;\\n]", -1)) {
      if (!part.isBlank()) {
        faults.add(Fault.parse(part));
      }
    }
    return faults.isEmpty() ? NONE : new FaultPlan(faults);
  }

  /**
   * {@return this plan and one fault more}
   *
   * @param fault what breaks, too
   */
  public FaultPlan and(Fault fault) {
    List<Fault> more = new ArrayList<>(faults);
    more.add(fault);
    return new FaultPlan(more);
  }

  /** {@return whether nothing breaks} */
  public boolean isEmpty() {
    return faults.isEmpty();
  }

  /** {@return the plan as {@link #parse} reads it, on one line} */
  @Override
  public String toString() {
    return faults.stream().map(Fault::toString).collect(Collectors.joining("; "));
  }
}
