package org.jccl.sim.faults;

/** What a call throws that a {@link FaultPlan} lets fail: nothing of the call was done. */
public final class InjectedFaultException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Says which fault it is.
   *
   * @param fault the fault, as the plan writes it
   */
  InjectedFaultException(Fault fault) {
    super("an injected fault: " + fault);
  }
}
