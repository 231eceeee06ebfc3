package org.jccl.process;

/**
 * One operation of a group, as every member must come to it.
 *
 * @param root the sender of a broadcast, else 0
 * @param position number of the operation, from 0, counted by every member for itself
 */
record Step(Act act, int root, long position) {
  @Override
  public String toString() {
    if (act == Act.JOIN) {
      return act.label();
    }
    String from = act == Act.BROADCAST ? " from root " + root : "";
    return act.label() + " #" + position + from;
  }
}
