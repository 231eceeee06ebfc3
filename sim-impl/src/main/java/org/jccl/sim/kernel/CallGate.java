package org.jccl.sim.kernel;

/**
 * Sees each call of a program as it begins, with the baton in hand: it may wait there, let virtual
 * time pass, or throw, and then the call is not made.
 */
@FunctionalInterface
public interface CallGate {
  /**
   * A call begins.
   *
   * @param task the thread that makes it
   * @param device index of the device that it is for
   * @param call its name
   */
  void begins(HostTask task, int device, String call);
}
