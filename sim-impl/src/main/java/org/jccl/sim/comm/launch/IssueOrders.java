package org.jccl.sim.comm.launch;

import java.util.HashMap;
import java.util.Map;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.device.SimDevice;

/** The order of issue on each device of a simulation, for each program that uses it. */
public final class IssueOrders {
  /** Programs that share a device are processes of their own: nothing orders them. */
  private record Place(SimDevice device, int program) {}

  private final Map<Place, IssueOrder> places = new HashMap<>();

  /** None has issued anything yet. */
  public IssueOrders() {}

  IssueOrder of(CommMember member) {
    return places.computeIfAbsent(
        new Place(member.device(), member.driver()), place -> new IssueOrder());
  }
}
