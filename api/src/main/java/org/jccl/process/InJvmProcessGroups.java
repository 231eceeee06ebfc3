package org.jccl.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jccl.ProcessGroup;

/**
 * Groups whose members are threads of this JVM.
 *
 * <p>Every operation, broadcast included, returns when all members have called it. All members fail
 * at once, with the same words, when one of them runs out of time, is interrupted while waiting,
 * has closed its end although others wait for it, or calls something else than the others. A group
 * that failed stays failed. Waiting goes through {@link org.jccl.spi.Waiting}: a simulated rank
 * that waits here lets the others run.
 */
final class InJvmProcessGroups {
  private InJvmProcessGroups() {}

  /**
   * {@return the members of a new group, in rank order, each to be used by one thread at a time}
   *
   * @param worldSize number of ranks
   * @param timeout how long each broadcast and all-gather waits for late members
   */
  static List<ProcessGroup> create(int worldSize, Duration timeout) {
    GroupRendezvous rendezvous =
        new GroupRendezvous(ProcessGroupBase.requireWorldSize(worldSize), false);
    GroupParts parts = new GroupParts(false);
    Duration limit = ProcessGroupBase.requireTimeout(timeout);
    List<ProcessGroup> members = new ArrayList<>(worldSize);
    for (int rank = 0; rank < worldSize; rank++) {
      members.add(new LocalProcessGroup(rendezvous, parts, rank, worldSize, limit));
    }
    return List.copyOf(members);
  }
}
