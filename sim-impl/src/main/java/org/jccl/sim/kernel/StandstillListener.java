package org.jccl.sim.kernel;

import java.util.List;

/** Told when foreign threads wait for each other: it ends their waits. */
@FunctionalInterface
public interface StandstillListener {
  /**
   * @param known all foreign threads that have used the simulation
   * @param blocked those that wait, each of which must be failed
   * @param proven whether no known thread can go on; else one has waited for too long
   */
  void onStandstill(List<HostTask> known, List<HostTask> blocked, boolean proven);
}
