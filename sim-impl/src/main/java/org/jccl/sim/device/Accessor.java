package org.jccl.sim.device;

import org.jspecify.annotations.Nullable;

/**
 * What uses memory: one call, copy or fill, as reports name it. It is kept as long as later work
 * may race with it, so it holds nothing that is large or that ends.
 *
 * @param stream where it is ordered
 * @param tick its place on the stream's lane
 * @param rank the rank program that asked for it, or the number of its device
 * @param what what it does
 * @param communicator the communicator's name; null if it is no communicator's work
 * @param launch the same object for what is launched together on several streams, or null
 * @param site where it was asked for, if that is known
 */
public record Accessor(
    SimStream stream,
    long tick,
    int rank,
    Object what,
    @Nullable String communicator,
    @Nullable Object launch,
    @Nullable Object site) {
  boolean isOneWith(Accessor other) {
    return launch != null && launch == other.launch;
  }

  String words() {
    String of = communicator == null ? "" : " of " + communicator;
    return what + of + " on " + stream;
  }
}
