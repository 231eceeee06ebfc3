package org.jccl.conformance.rules;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.conformance.harness.WorldRank;

/** The uneven forms, which are groups of the even ones (rule COL-24). */
final class UnevenRules extends Suite {
  private static final int MOST = 40;

  /** What the ranks agree on: how much each contributes, and in what order the blocks lie. */
  private record Uneven(int n, int root, long[] counts, long[] displacements, int size) {
    static Uneven of(Random random, int maxRanks) {
      int n = 1 + random.nextInt(maxRanks);
      long[] counts = new long[n];
      Arrays.setAll(counts, rank -> random.nextInt(3) == 0 ? 0 : random.nextInt(MOST));
      long[] displacements = new long[n];
      long end = 0;
      for (int i = 0; i < n; i++) {
        int rank = n - 1 - i; // not in rank order, with gaps
        displacements[rank] = end + random.nextInt(3);
        end = displacements[rank] + counts[rank];
      }
      return new Uneven(n, random.nextInt(n), counts, displacements, (int) end);
    }

    int own(int rank) {
      return (int) counts[rank];
    }

    /** Element i of what {@code rank} contributes. */
    static double value(int rank, int i) {
      return 1000 * (rank + 1) + i;
    }

    double[] block(int rank) {
      double[] block = new double[own(rank)];
      Arrays.setAll(block, i -> value(rank, i));
      return block;
    }

    /** All blocks at their displacements, -1 between them. */
    double[] assembled() {
      double[] all = new double[size];
      Arrays.fill(all, -1);
      for (int rank = 0; rank < n; rank++) {
        System.arraycopy(block(rank), 0, all, (int) displacements[rank], own(rank));
      }
      return all;
    }
  }

  private static DeviceBuffer blank(WorldRank rank, int size) {
    double[] blank = new double[size];
    Arrays.fill(blank, -1);
    return rank.memory(DataType.INT32, blank);
  }

  /** One of the uneven forms. */
  private interface UnevenCall {
    void make(WorldRank rank, Communicator comm, DeviceBuffer send, DeviceBuffer recv);
  }

  /** What each rank sends, of which size its blank receive buffer is, and what is there then. */
  private void shows(
      int n,
      IntFunction<double[]> sent,
      IntUnaryOperator size,
      UnevenCall call,
      IntFunction<double[]> expected) {
    run(
        n,
        rank -> {
          DeviceBuffer send = rank.memory(DataType.INT32, sent.apply(rank.rank()));
          DeviceBuffer recv = blank(rank, size.applyAsInt(rank.rank()));
          call.make(rank, rank.communicator(), send, recv);
          rank.communicator().defaultStream().synchronize();
          rank.expect("recv", recv, expected.apply(rank.rank()));
          rank.expect("send", send, sent.apply(rank.rank()));
        });
  }

  @Property
  public void required_COL_24_allGatherV(@ForAll Random random) {
    Uneven u = Uneven.of(random, atMost(8));
    shows(
        u.n,
        u::block,
        rank -> u.size,
        (rank, comm, send, recv) ->
            comm.allGatherV(send, recv, u.counts, u.displacements, comm.defaultStream()),
        rank -> u.assembled());
  }

  @Property
  public void required_COL_24_reduceScatterV(@ForAll Random random) {
    Uneven u = Uneven.of(random, atMost(8));
    shows(
        u.n,
        rank -> u.assembled(),
        u::own,
        (rank, comm, send, recv) ->
            comm.reduceScatterV(
                send, recv, u.counts, u.displacements, ReduceOp.SUM, comm.defaultStream()),
        rank -> Arrays.stream(u.block(rank)).map(each -> u.n * each).toArray());
  }

  @Property
  public void required_COL_24_gatherV(@ForAll Random random) {
    Uneven u = Uneven.of(random, atMost(8));
    double[] untouched = new double[u.size];
    Arrays.fill(untouched, -1);
    shows(
        u.n,
        u::block,
        rank -> u.size,
        (rank, comm, send, recv) -> {
          DeviceBuffer there = rank.rank() == u.root ? recv : null;
          comm.gatherV(send, there, u.counts, u.displacements, u.root, comm.defaultStream());
        },
        rank -> rank == u.root ? u.assembled() : untouched);
  }

  @Property
  public void required_COL_24_scatterV(@ForAll Random random) {
    Uneven u = Uneven.of(random, atMost(8));
    shows(
        u.n,
        rank -> u.assembled(),
        u::own,
        (rank, comm, send, recv) -> {
          DeviceBuffer there = rank.rank() == u.root ? send : null;
          comm.scatterV(there, recv, u.counts, u.displacements, u.root, comm.defaultStream());
        },
        u::block);
  }

  @Property
  public void required_COL_24_allToAllV(@ForAll Random random) {
    int n = 1 + random.nextInt(atMost(8));
    long[][] counts = new long[n][n]; // from, to
    for (long[] row : counts) {
      Arrays.setAll(row, to -> random.nextInt(4) == 0 ? 0 : random.nextInt(MOST));
    }
    IntFunction<long[]> incoming = to -> Arrays.stream(counts).mapToLong(row -> row[to]).toArray();
    shows(
        n,
        from ->
            IntStream.range(0, (int) Arrays.stream(counts[from]).sum())
                .mapToDouble(i -> Uneven.value(from, i))
                .toArray(),
        to -> (int) Arrays.stream(incoming.apply(to)).sum(),
        (rank, comm, send, recv) ->
            comm.allToAllV(send, counts[rank.rank()], recv, incoming.apply(rank.rank())),
        to -> arriving(counts, to));
  }

  private static double[] arriving(long[][] counts, int to) {
    double[] all = new double[(int) Arrays.stream(counts).mapToLong(row -> row[to]).sum()];
    int at = 0;
    for (int from = 0; from < counts.length; from++) {
      int first = (int) Arrays.stream(counts[from], 0, to).sum();
      for (int i = 0; i < counts[from][to]; i++) {
        all[at++] = Uneven.value(from, first + i);
      }
    }
    return all;
  }

  @Example
  @Needs(upTo = 1)
  public void required_COL_24_wrongCountsAreRefused(WorldRank rank) {
    Communicator comm = rank.communicator();
    try (DeviceBuffer four = blank(rank, 4)) {
      rank.illegalArgument(
          "two counts in a world of one",
          () -> comm.allGatherV(four, four, new long[] {2, 2}),
          "rank 0",
          "all_gather_v",
          "2 counts");
      rank.illegalArgument(
          "a block outside its buffer",
          () -> comm.allGatherV(four, four, new long[] {5}),
          "rank 0",
          "5 elements");
      rank.illegalArgument(
          "a negative count", () -> comm.allGatherV(four, four, new long[] {-1}), "negative");
    }
  }

  @Example
  @Needs(upTo = 4)
  public void required_COL_24_barrierHoldsStreamsUntilAllHaveReachedIt(WorldRank rank) {
    Communicator own = rank.own(rank.open("barriers")); // it keeps memory for them
    for (int i = 0; i < 3; i++) {
      own.barrier();
    }
    own.defaultStream().synchronize();
  }
}
