package org.jccl.sim.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What faults did to a world so far.
 *
 * @param plan what was to break
 * @param struck the faults that have struck, in order: the first one is the first cause
 * @param calls the calls at which a fault could strike, in the order in which they were made; the
 *     first hundred thousand
 * @param staleReads where the program went on with data that an operation should have written and
 *     has not, a line each
 * @param gone the ranks whose processes faults have ended, ascending
 * @param hang the report that ended ranks which would have waited for ever, if there was one
 */
public record FaultLog(
    FaultPlan plan,
    List<StruckFault> struck,
    List<CallPoint> calls,
    List<String> staleReads,
    List<Integer> gone,
    Optional<String> hang) {
  /** Keeps copies. */
  public FaultLog {
    struck = List.copyOf(struck);
    calls = List.copyOf(calls);
    staleReads = List.copyOf(staleReads);
    gone = List.copyOf(gone);
  }

  /**
   * {@return the faults of the plan that have not struck, a line each, with how far the rank came}
   */
  public List<String> notStruck() {
    List<Fault> waiting = new ArrayList<>(plan.faults());
    struck.forEach(one -> waiting.remove(one.fault()));
    return waiting.stream().map(this::notStruck).toList();
  }

  private String notStruck(Fault fault) {
    FaultPoint point = fault.point();
    boolean isAny = point.call().equals(FaultPoint.ANY);
    boolean isOpening = point.call().equals(FaultPoint.OPENING);
    long made =
        calls.stream()
            .filter(call -> call.point().rank() == point.rank() && call.isOpening() == isOpening)
            .filter(call -> isAny || isOpening || call.call().equals(point.call()))
            .count();
    return "fault '"
        + fault
        + "' has not struck: rank "
        + point.rank()
        + " made "
        + (made == 0 ? "no" : made)
        + (isAny ? "" : " " + point.call())
        + (made == 1 ? " call" : " calls");
  }
}
