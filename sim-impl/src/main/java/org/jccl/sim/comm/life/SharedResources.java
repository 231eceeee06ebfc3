package org.jccl.sim.comm.life;

import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.comm.ThreadGuard;
import org.jccl.sim.comm.launch.LaunchChain;

/**
 * What communicators of one rank share if one was split from the other with splitShare: their
 * operations run one after the other, one thread at a time is inside, and an abort stops all (rule
 * SPL-09).
 */
public final class SharedResources {
  private final List<CommLifecycle> members = new ArrayList<>(1);
  private final LaunchChain launches = new LaunchChain();
  private final ThreadGuard guard = new ThreadGuard();

  SharedResources() {}

  void add(CommLifecycle member) {
    members.add(member);
  }

  void remove(CommLifecycle member) {
    members.remove(member);
  }

  List<CommLifecycle> members() {
    return List.copyOf(members);
  }

  /** Whether more than one communicator shares them. */
  boolean isShared() {
    return members.size() > 1;
  }

  LaunchChain launches() {
    return launches;
  }

  ThreadGuard guard() {
    return guard;
  }
}
