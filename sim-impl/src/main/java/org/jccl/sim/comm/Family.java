package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The communicators of one rank that share resources: a parent and what was split from it with
 * splitShare. Their operations run one after the other, and an abort stops all (rule SPL-09).
 */
final class Family {
  private final List<Life> members = new ArrayList<>(1);
  private @Nullable Launch last;

  void add(Life member) {
    members.add(member);
  }

  void remove(Life member) {
    members.remove(member);
  }

  List<Life> members() {
    return List.copyOf(members);
  }

  /** Puts {@code launch} behind all that the family has issued, and on its streams. */
  void enqueue(Launch launch) {
    Launch before = last;
    last = launch;
    launch.enqueue(before);
  }
}
