package org.jccl.conformance.cases;

import java.util.List;

/**
 * Which rank of a communicator a rank of the world is.
 *
 * @param world its rank in the world
 * @param rank its rank in the communicator
 * @param size ranks of the communicator
 */
public record GroupMember(int world, int rank, int size) {
  /** The member that rank {@code world} is in its communicator of {@code split}. */
  public static GroupMember of(WorldSplit split, int world) {
    List<Integer> group = split.groupOf(world);
    return new GroupMember(world, group.indexOf(world), group.size());
  }
}
