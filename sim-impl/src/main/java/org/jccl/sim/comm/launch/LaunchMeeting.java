package org.jccl.sim.comm.launch;

import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.device.Simulation;

/**
 * {@code NCCL_LAUNCH_MODE=GROUP}: the ranks of one process meet before each launch, also those for
 * whom the launch has nothing to do (rule ENV-05). The ranks on one host are those of one process.
 */
final class LaunchMeeting extends HostMeeting {
  private static final String VARIABLE = "NCCL_LAUNCH_MODE";

  private final String call;
  private final long launch;

  /** The next launch of {@code queue}, which {@code call} makes. */
  LaunchMeeting(LaunchQueue queue, String call) {
    super(queue);
    this.call = call;
    this.launch = queue.arrive();
  }

  /** Whether ranks meet before their launches. */
  static boolean isOn(Simulation simulation) {
    return "GROUP".equals(simulation.environment().get(VARIABLE));
  }

  @Override
  List<Integer> absent() {
    List<Integer> absent = new ArrayList<>();
    for (CommMember each : queue().member().comm().present()) {
      LaunchQueue other = queue().ranks().of(each.rank());
      if (other != null && isLocal(each) && other.arrived() < launch) {
        absent.add(each.rank());
      }
    }
    return absent;
  }

  private boolean isLocal(CommMember other) {
    int gpus = queue().member().comm().simulation().profile().gpusPerHost();
    return other.device().index() / gpus == queue().member().device().index() / gpus;
  }

  @Override
  public String describe() {
    return "the other ranks of its process, to launch "
        + call
        + " together with them ("
        + VARIABLE
        + "=GROUP, ENV-05)";
  }
}
