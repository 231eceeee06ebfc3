package org.jccl.sim.faults;

/**
 * A fault that has struck.
 *
 * @param fault the fault
 * @param at the call
 */
public record StruckFault(Fault fault, CallPoint at) {
  /** {@return what reports say of it: the fault, the call, the line} */
  @Override
  public String toString() {
    boolean isOpening = at.point().call().equals(FaultPoint.OPENING);
    String text =
        "fault '"
            + fault
            + "' struck "
            + at.call()
            + " "
            + at.nth()
            + (isOpening ? ", before the program began" : "");
    return at.site() == null ? text : text + "\n    at " + at.site();
  }
}
