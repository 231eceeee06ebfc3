package org.jccl.conformance.rules;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.config.Tuning;
import org.jccl.conformance.data.Elements;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.conformance.harness.Worlds;
import org.jccl.conformance.rules.RankOrders.Place;

/** What the suites of chapter 13 share: reductions whose every bit is looked at. */
@Needs(environment = NumericsSuite.NO_MULTICAST)
abstract class NumericsSuite extends Suite {
  private static final Consumer<CommunicatorConfig.Builder> UNTUNED =
      config -> config.tuning(Tuning.OFF);

  /** With multicast nothing is promised (rule DET-05). */
  static final String NO_MULTICAST = "NCCL_NVLS_ENABLE=0";

  /** Ring and Simple on one channel. */
  static final String RING =
      NO_MULTICAST + " NCCL_ALGO=Ring NCCL_PROTO=Simple NCCL_MIN_CTAS=1 NCCL_MAX_CTAS=1";

  /** Ring and LL on one channel. */
  static final String LL =
      NO_MULTICAST + " NCCL_ALGO=Ring NCCL_PROTO=LL NCCL_MIN_CTAS=1 NCCL_MAX_CTAS=1";

  /** Ring and LL128 on one channel. */
  static final String LL128 =
      NO_MULTICAST + " NCCL_ALGO=Ring NCCL_PROTO=LL128 NCCL_MIN_CTAS=1 NCCL_MAX_CTAS=1";

  /** Ring and Simple on four channels. */
  static final String FOUR_CHANNELS =
      NO_MULTICAST + " NCCL_ALGO=Ring NCCL_PROTO=Simple NCCL_MIN_CTAS=4 NCCL_MAX_CTAS=4";

  /** Ring and Simple, on as many channels as there are. */
  static final String RINGS = NO_MULTICAST + " NCCL_ALGO=Ring NCCL_PROTO=Simple";

  /** Tree and Simple, on as many channels as there are. */
  static final String TREES = NO_MULTICAST + " NCCL_ALGO=Tree NCCL_PROTO=Simple";

  /** Bytes of a whole chunk of a ring's all-reduce with Simple. */
  static final int SIMPLE_CHUNK = 2 << 20;

  /** The same with LL. */
  static final int LL_CHUNK = 32 << 10;

  /** The same with LL128. */
  static final int LL128_CHUNK = 576_000;

  /** Its rules tell what NCCL does by itself: a choice of thread blocks would be another matter. */
  @Override
  final void prepare(Worlds used) {
    used.configure(UNTUNED);
  }

  /** The floating types that can be reduced here. */
  final List<DataType> floats() {
    return types(DataType::isFloating);
  }

  /** The types of some kind that can be reduced here on two ranks or more. */
  final List<DataType> types(Predicate<DataType> which) {
    return capabilities().types().stream()
        .sorted()
        .filter(which)
        .filter(type -> capabilities().whyNoReduction(type, 2, false).isEmpty())
        .toList();
  }

  /** What a rank does in a call. */
  @FunctionalInterface
  interface Maker {
    void make(Communicator comm, DeviceBuffer send, DeviceBuffer recv, ReduceOp op);
  }

  /** What the ranks of an all-reduce have afterwards: by rule DET-02 one result. */
  final long[] allReduced(FoldedCall call) {
    long[][] results = results(call, (comm, send, recv, op) -> comm.allReduce(send, recv, op));
    for (int rank = 1; rank < results.length; rank++) {
      expect(results[rank], results[0], call.type(), "rank " + rank + " of " + call);
    }
    return results[0];
  }

  /** What each rank has afterwards. */
  final long[][] results(FoldedCall call, Maker maker) {
    return results(call, call.elements(), WorldRank::communicator, maker);
  }

  /** The communicator that a rank calls on. */
  @FunctionalInterface
  interface Opening {
    Communicator of(WorldRank rank);
  }

  /** What each rank of a communicator has afterwards, by its number there. */
  final long[][] results(FoldedCall call, int received, Opening opening, Maker maker) {
    long[][] results = new long[call.ranks()][];
    run(
        call.ranks(),
        rank -> {
          Communicator comm = opening.of(rank);
          int own = comm.rank();
          DeviceBuffer send = rank.bits(call.type(), call.inputs(own));
          DeviceBuffer recv = rank.zeros(call.type(), received);
          ReduceOp op = call.reduction(comm, own);
          maker.make(comm, send, recv, op);
          comm.defaultStream().synchronize();
          results[own] = Values.bits(recv);
          if (op instanceof PreMulSum made) {
            made.close();
          }
          if (comm != rank.communicator()) {
            comm.close();
          }
        });
    return ofAllRanks(results);
  }

  /** The results of all ranks, also where each of them is a process. */
  final long[][] ofAllRanks(long[][] results) {
    return subject().lockstep().map(step -> step.exchanged(results)).orElse(results);
  }

  /** What each rank receives of a reduce-scatter of {@code block} elements. */
  final long[][] scattered(FoldedCall call, int block) {
    return results(
        call,
        block,
        WorldRank::communicator,
        (comm, send, recv, op) -> comm.reduceScatter(send, recv, op));
  }

  /** Fails unless all elements are as expected. */
  static void expect(long[] seen, long[] expected, DataType type, String what) {
    for (int i = 0; i < seen.length; i++) {
      expect(seen[i], expected[i], type, what + ", element " + i);
    }
  }

  /** Fails unless {@code seen} is {@code expected}. */
  static void expect(long seen, long expected, DataType type, String what) {
    if (seen != expected) {
      throw new AssertionError(
          what
              + " is "
              + Elements.words(type, seen)
              + ", expected "
              + Elements.words(type, expected));
    }
  }

  /** Fails with {@code words} unless {@code holds}. */
  static void check(boolean holds, String words) {
    if (!holds) {
      throw new AssertionError(words);
    }
  }

  /** What an element should be in one of several orders. */
  @FunctionalInterface
  interface Oracle {
    long bits(int[] order, int element);
  }

  /** The one of {@code orders} that explains all elements; fails if there is none. */
  static int[] explained(List<int[]> orders, long[] seen, Oracle oracle, String what) {
    int best = -1;
    for (int[] order : orders) {
      int same = 0;
      while (same < seen.length && oracle.bits(order, same) == seen[same]) {
        same++;
      }
      if (same == seen.length) {
        return order;
      }
      best = Math.max(best, same);
    }
    throw new AssertionError(what + ": no order of ranks explains element " + best);
  }

  /** The all-reduce is one of a ring; gives the ring. */
  final int[] isRing(FoldedCall call, int chunkBytes, boolean fused) {
    int bytes = call.type().bytes();
    int n = call.ranks();
    return explained(
        RankOrders.rings(n),
        allReduced(call),
        (ring, i) -> {
          Place place = Place.of(i, call.elements(), chunkBytes / bytes, n, bytes);
          return call.folded(ring, place.index() + 1, i, fused);
        },
        call.toString());
  }

  /** Three or four ranks: with two no order can be seen. */
  final int three() {
    return atMost(4);
  }

  /** Where {@code rank} is in {@code ring}. */
  static int position(int[] ring, int rank) {
    int position = 0;
    while (ring[position] != rank) {
      position++;
    }
    return position;
  }
}
