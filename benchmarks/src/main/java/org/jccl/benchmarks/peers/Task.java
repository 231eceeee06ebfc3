package org.jccl.benchmarks.peers;

import java.util.List;
import java.util.stream.Collectors;
import org.jccl.benchmarks.simspeed.PeerOperation;

/**
 * What one run of a measuring program measures.
 *
 * @param op the operation
 * @param ranks number of ranks
 * @param sizes sizes that fit
 * @param budgetMillis how long the calls of a repetition take together, about
 */
record Task(PeerOperation op, int ranks, List<Long> sizes, int budgetMillis) {
  String sizeList() {
    return sizes.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** The same up to {@code bytes}. */
  Task upTo(long bytes) {
    return new Task(op, ranks, sizes.stream().filter(s -> s <= bytes).toList(), budgetMillis);
  }
}
