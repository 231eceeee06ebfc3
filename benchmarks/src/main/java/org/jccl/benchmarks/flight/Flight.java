package org.jccl.benchmarks.flight;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one process has recorded.
 *
 * @param file its file
 * @param process host and process number
 * @param reason why it was written
 * @param written when, in a form that sorts; empty if that is not known
 * @param ends its ends of communicators, in the order in which they were opened
 */
record Flight(String file, String process, String reason, String written, List<End> ends) {
  /** The same, known by another name of its file. */
  Flight from(String name) {
    return new Flight(name, process, reason, written, ends);
  }

  /**
   * One rank's end of a communicator.
   *
   * @param communicator the communicator's name
   * @param rank the rank
   * @param worldSize number of ranks
   * @param isWhole whether it knows reductions and roots; torch's records do not
   * @param collectives how many collectives were issued, ever
   * @param messages how many messages were issued, ever
   * @param calls the last calls, oldest first
   */
  record End(
      String communicator,
      int rank,
      int worldSize,
      boolean isWhole,
      long collectives,
      long messages,
      List<Entry> calls) {

    /** The last call that was begun, or null. */
    @Nullable Entry last() {
      return calls.isEmpty() ? null : calls.getLast();
    }
  }

  /**
   * One recorded call; see {@link org.jccl.observe.CallRecord}. Calls of one group have the same
   * {@code group}, and no others have.
   */
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
      long group,
      String state,
      @Nullable String site) {

    /** The same call as a member of that group. */
    Entry inGroup(long other) {
      return new Entry(
          number,
          isMessage,
          operation,
          method,
          type,
          reduction,
          rootOrPeer,
          count,
          bytes,
          other,
          state,
          site);
    }

    /** Whether the library was called and has not come back. */
    boolean isInside() {
      return state.equals("ISSUING");
    }

    /** All that must agree among the ranks, in words. */
    String agreeing() {
      return agreeing(true);
    }

    /** The same; where not all ranks have recorded reduction and root, without those. */
    String agreeing(boolean isWhole) {
      StringBuilder words = new StringBuilder(isWhole ? method : operation);
      if (isWhole && !method.equals(operation)) {
        words.append(" (").append(operation).append(')');
      }
      words.append(" of ").append(count);
      if (type != null) {
        words.append(' ').append(type);
      }
      if (isWhole && reduction >= 0) {
        words.append(", ").append(ReductionNames.name(reduction));
      }
      if (rootOrPeer >= 0 && (isWhole || isMessage)) {
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
