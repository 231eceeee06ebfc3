package org.jccl.sim;

/**
 * What of a simulation nobody has closed; what is left of it at the end is a leak.
 *
 * @param communicators neither destroyed nor aborted
 * @param buffers of device memory
 * @param streams besides the devices' own
 */
public record Alive(int communicators, int buffers, int streams) {
  /**
   * {@return whether there is more of anything than there was before}
   *
   * @param before what was open then
   */
  public boolean exceeds(Alive before) {
    return communicators > before.communicators
        || buffers > before.buffers
        || streams > before.streams;
  }

  @Override
  public String toString() {
    return communicators + " communicators, " + buffers + " buffers, " + streams + " streams";
  }
}
