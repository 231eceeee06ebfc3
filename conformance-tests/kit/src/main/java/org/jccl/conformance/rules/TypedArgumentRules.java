package org.jccl.conformance.rules;

import java.time.Duration;
import java.util.function.BiConsumer;
import net.jqwik.api.Example;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.harness.WorldRank;

/**
 * Wrong arguments of the typed surface: refused before anything is enqueued, in words that name
 * rank, operation, argument and both values; the communicator stays usable (rule ERR-05).
 */
final class TypedArgumentRules extends Suite {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Runs a wrong call on every rank, then shows that the buffer and the communicator are whole. */
  private void refused(
      int n, String what, BiConsumer<WorldRank, DeviceBuffer> call, String... words) {
    refused(n, what, IllegalArgumentException.class, call, words);
  }

  private void refused(
      int n,
      String what,
      Class<? extends Throwable> kind,
      BiConsumer<WorldRank, DeviceBuffer> call,
      String... words) {
    run(
        n,
        rank -> {
          Communicator comm = rank.communicator();
          DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 1, 2, 3, 4);
          rank.expectThrown(what, kind, () -> call.accept(rank, buffer), words);
          rank.expectThrown(
              what, kind, () -> call.accept(rank, buffer), "rank " + rank.rank() + "/" + n);
          comm.defaultStream().synchronize();
          rank.expect("the buffer of the refused call", buffer, 1, 2, 3, 4);
          // To free memory waits for all kernels of its device, of which one may wait for us.
          rank.processGroup().barrier(PATIENCE);
          comm.allReduce(buffer, ReduceOp.SUM);
          comm.defaultStream().synchronize();
          rank.expect("the buffer of the next call", buffer, n, 2.0 * n, 3.0 * n, 4.0 * n);
        });
  }

  @Example
  public void required_COL_08_aRootOutOfRangeIsRefused() {
    int n = atMost(2);
    for (int root : new int[] {-1, n, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      String words = "root " + root;
      refused(n, words, (rank, b) -> rank.communicator().broadcast(b, root), words, "broadcast");
      refused(
          n,
          words,
          (rank, b) -> rank.communicator().reduce(b, b, ReduceOp.SUM, root),
          words,
          "reduce");
      refused(n, words, (rank, b) -> rank.communicator().gather(b, b, root), words, "gather");
      refused(n, words, (rank, b) -> rank.communicator().scatter(b, b, root), words, "scatter");
    }
  }

  @Example
  public void required_P2P_16_aPeerOutOfRangeIsRefused() {
    int n = atMost(2);
    for (int peer : new int[] {-1, n}) {
      String words = "peer " + peer;
      refused(n, words, (rank, b) -> rank.communicator().send(b, peer), words, "send");
      refused(n, words, (rank, b) -> rank.communicator().recv(b, peer), words, "recv");
    }
  }

  @Example
  public void required_ARG_38_countsMustFitTheBuffers() {
    int n = atMost(2);
    refused(
        n,
        "a receive buffer too small",
        (rank, b) -> rank.communicator().allReduce(b, b.slice(0, 3), ReduceOp.SUM),
        "recv count 3, expected 4",
        "all_reduce");
    refused(
        n,
        "a gathering buffer too large",
        (rank, b) -> rank.communicator().allGather(b.slice(0, 1), b.slice(1, 3)),
        "recv count 3, expected " + n,
        "all_gather");
  }

  @Example
  public void required_ARG_38_aCountThatNoBufferHasCannotBeSaid(WorldRank rank) {
    rank.illegalArgument(
        "2^61 doubles", () -> rank.device().allocate(DataType.FLOAT64, 1L << 61), "out of range");
  }

  @Example
  public void required_COL_01_typesMustAgreeWithinACall() {
    refused(
        2,
        "two types",
        (rank, b) -> rank.communicator().allReduce(b, b.as(DataType.INT32), ReduceOp.SUM),
        "FLOAT32",
        "INT32",
        "all_reduce");
  }

  @Example
  public void required_COL_04_aBufferThatIsUsedMustNotBeNull() {
    int n = atMost(2);
    refused(
        n,
        "no send buffer",
        (rank, b) -> rank.communicator().allReduce(absent(), b, ReduceOp.SUM),
        "send buffer is null",
        "all_reduce");
    refused(
        n,
        "no receive buffer",
        (rank, b) -> rank.communicator().broadcast(b, absent(), 0),
        "recv buffer is null",
        "broadcast");
  }

  @SuppressWarnings("NullAway") // The point is what happens to callers without null checks.
  private static DeviceBuffer absent() {
    return null;
  }

  @Example
  @AlsoShows("COL-18")
  public void required_COL_05_otherOverlapsAreRefused() {
    int n = 2;
    refused(
        n,
        "buffers that overlap by halves",
        (rank, b) -> rank.communicator().allReduce(b.slice(0, 3), b.slice(1, 3), ReduceOp.SUM),
        "overlap",
        "COL-05");
    refused(
        n,
        "an all-to-all in place",
        (rank, b) -> rank.communicator().allToAll(b.slice(0, 2 * n), b.slice(0, 2 * n)),
        "overlap",
        "all_to_all");
  }

  @Example
  public void required_COL_23_memoryOfAnotherDeviceIsRefused() {
    refused(
        2,
        "memory of another device",
        (rank, b) -> {
          int other = 1 - rank.rank();
          try (DeviceBuffer foreign =
              rank.instance().backend().devices().get(other).allocate(DataType.FLOAT32, 4)) {
            rank.communicator().allReduce(b, foreign, ReduceOp.SUM);
          }
        },
        "recv buffer",
        "all_reduce");
  }

  @Example
  public void required_STR_07_aStreamOfAnotherDeviceIsRefused() {
    refused(
        2,
        "a stream of another device",
        (rank, b) -> {
          int other = 1 - rank.rank();
          try (Stream foreign = rank.instance().backend().devices().get(other).newStream()) {
            rank.communicator().allReduce(b, b, ReduceOp.SUM, foreign);
          }
        },
        "stream",
        "all_reduce");
  }

  @Example
  public void required_STR_08_aClosedStreamIsRefused() {
    refused(
        atMost(2),
        "a closed stream",
        IllegalStateException.class,
        (rank, b) -> {
          Stream closed = rank.device().newStream();
          closed.close();
          rank.communicator().allReduce(b, b, ReduceOp.SUM, closed);
        },
        "closed",
        "all_reduce");
  }

  @Example
  public void required_STR_15_aClosedBufferIsRefused() {
    refused(
        atMost(2),
        "a closed buffer",
        IllegalStateException.class,
        (rank, b) -> {
          DeviceBuffer closed = rank.device().allocate(DataType.FLOAT32, 4);
          closed.close();
          rank.communicator().allReduce(b, closed, ReduceOp.SUM);
        },
        "closed",
        "all_reduce");
  }

  @Example
  public void required_RED_02_aReductionMustBeGiven() {
    refused(
        atMost(2),
        "no reduction",
        (rank, b) -> rank.communicator().allReduce(b, b, nothing()),
        "reduction is null",
        "all_reduce");
  }

  @SuppressWarnings("NullAway") // As above.
  private static ReduceOp nothing() {
    return null;
  }
}
