package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.List;

/**
 * What communicators of one rank share if one was split from the other with splitShare: their
 * operations run one after the other, one thread at a time is inside, and an abort stops all (rule
 * SPL-09).
 */
public final class Family {
  private final List<Life> members = new ArrayList<>(1);
  private final LaunchChain launches = new LaunchChain();
  private final ThreadGuard guard = new ThreadGuard();

  Family() {}

  void add(Life member) {
    members.add(member);
  }

  void remove(Life member) {
    members.remove(member);
  }

  List<Life> members() {
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
