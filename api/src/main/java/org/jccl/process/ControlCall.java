package org.jccl.process;

/**
 * One operation of a group, as every member must come to it.
 *
 * @param root the sender of a broadcast, else 0
 * @param position number of the operation, from 0, counted by every member for itself
 * @param part which part of the group makes it, {@link GroupParts#WHOLE} for all of it
 */
record ControlCall(ControlOperation operation, int root, long position, long part) {
  /** A call of the whole group. */
  ControlCall(ControlOperation operation, int root, long position) {
    this(operation, root, position, GroupParts.WHOLE);
  }

  @Override
  public String toString() {
    if (operation == ControlOperation.JOIN) {
      return operation.label();
    }
    String from = operation == ControlOperation.BROADCAST ? " from root " + root : "";
    return operation.label() + " #" + position + from;
  }
}
