package org.jccl;

/** Hands out the recording end of each communicator inside {@link Backend#group}. */
public interface GroupScope {
  /**
   * {@return the operations of {@code communicator}, recorded into this group}
   *
   * @param communicator one of this backend's communicators
   * @throws IllegalStateException if the group's body has returned
   * @throws IllegalArgumentException if the communicator belongs to another backend
   */
  Collectives on(Communicator communicator);
}
