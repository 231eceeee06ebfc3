package org.jccl.benchmarks.flight;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one process has recorded.
 *
 * @param file its file
 * @param process host and process number
 * @param reason why it was written
 * @param ends its ends of communicators, in the order in which they were opened
 */
record Flight(String file, String process, String reason, List<End> ends) {

  /**
   * One rank's end of a communicator.
   *
   * @param communicator the communicator's name
   * @param rank the rank
   * @param worldSize number of ranks
   * @param state {@code open}, {@code closed} or {@code aborted}
   * @param collectives how many collectives were issued, ever
   * @param messages how many messages were issued, ever
   * @param calls the last calls, oldest first
   */
  record End(
      String communicator,
      int rank,
      int worldSize,
      String state,
      long collectives,
      long messages,
      List<Entry> calls) {

    /** The collective of that number, if it is kept. */
    @Nullable Entry collective(long number) {
      for (Entry each : calls.reversed()) {
        if (!each.isMessage() && each.number() == number) {
          return each;
        }
      }
      return null;
    }

    /** The last call that was begun, or null. */
    @Nullable Entry last() {
      return calls.isEmpty() ? null : calls.getLast();
    }
  }

  /** One recorded call; see {@link org.jccl.observe.CallRecord}. */
  record Entry(
      long number,
      boolean isMessage,
      String operation,
      String method,
      @Nullable String type,
      int reduction,
      int rootOrPeer,
      long count,
      long bytes,
      int groupSize,
      long ageNanos,
      String state,
      @Nullable String site) {

    /** Whether the library was called and has not come back. */
    boolean isInside() {
      return state.equals("ISSUING");
    }

    /** All that must agree among the ranks, in words. */
    String agreeing() {
      StringBuilder words = new StringBuilder(method);
      if (!method.equals(operation)) {
        words.append(" (").append(operation).append(')');
      }
      words.append(" of ").append(count);
      if (type != null) {
        words.append(' ').append(type);
      }
      if (reduction >= 0) {
        words.append(", ").append(Reductions.name(reduction));
      }
      if (rootOrPeer >= 0) {
        words.append(isMessage ? ", peer " : ", root ").append(rootOrPeer);
      }
      return words.toString();
    }

    /** Where the program made the call, in words; empty if that is not known. */
    String place() {
      return site == null ? "" : " at " + site;
    }
  }
}
