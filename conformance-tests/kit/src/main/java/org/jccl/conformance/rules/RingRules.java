package org.jccl.conformance.rules;

import java.util.List;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.rules.RankOrders.Place;

/**
 * In which order rings fold, and where they round once (rules FMA and RING). One channel, algorithm
 * and protocol pinned. The machine's ring is not known beforehand: one order of ranks must explain
 * every element.
 */
class RingRules extends NumericsSuite {
  @Example
  @Needs(environment = RING)
  public void optional_RING_01_anAllReduceFoldsAChunkFromItsSuccessorOn() {
    int n = three();
    for (DataType type : floats()) {
      isRing(FoldedCall.of(type, Fold.SUM, n, 1000), SIMPLE_CHUNK, false);
    }
    isRing(FoldedCall.of(DataType.FLOAT32, Fold.PROD, n, 777), SIMPLE_CHUNK, false);
  }

  @Example
  @Needs(environment = RING)
  public void optional_RING_02_twoRanksShowTheirOrderInAScaledSum() {
    for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
      FoldedCall call = FoldedCall.of(type, Fold.SCALED_SUM, 2, 1000);
      isRing(call, SIMPLE_CHUNK, true);
    }
  }

  @Example
  @Needs(environment = LL128)
  public void optional_RING_03_theProtocolLl128FoldsAlike() {
    FoldedCall call = FoldedCall.of(DataType.FLOAT32, Fold.SUM, three(), 1000);
    isRing(call, LL128_CHUNK, false);
  }

  @Example
  @Needs(environment = LL)
  public void optional_RING_03_theProtocolLlFoldsAlike() {
    FoldedCall call = FoldedCall.of(DataType.FLOAT32, Fold.SUM, three(), 1000);
    isRing(call, LL_CHUNK, false);
  }

  @Example
  @Needs(environment = RING)
  public void optional_RING_04_theLastLoopHasSmallerChunks() {
    int n = three();
    for (int count : new int[] {1, 2, 4, 5, 9, 16, 17, 31}) {
      for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16, DataType.FLOAT64)) {
        isRing(FoldedCall.of(type, Fold.SUM, n, count), SIMPLE_CHUNK, false);
      }
    }
  }

  @Example
  @Needs(environment = LL)
  public void optional_FMA_01_llFusesAsWell() {
    FoldedCall call = FoldedCall.of(DataType.FLOAT32, Fold.SCALED_SUM, atMost(3), 1000);
    isRing(call, LL_CHUNK, true);
  }

  /** Also on more ranks, where every rank but the first may fuse. */
  @Example
  @Needs(environment = RING)
  public void optional_FMA_01_theFirstProductIsRounded() {
    for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
      for (Fold fold : List.of(Fold.SCALED_SUM, Fold.AVG)) {
        isRing(FoldedCall.of(type, fold, atMost(3), 1000), SIMPLE_CHUNK, true);
      }
    }
  }

  @Example
  @AlsoShows("RING-05")
  @Needs(environment = LL128)
  public void optional_FMA_02_ll128FusesByThePlaceInTheChunk() {
    for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
      int bytes = type.bytes();
      FoldedCall call = FoldedCall.of(type, Fold.SCALED_SUM, 2, 3001);
      explained(
          RankOrders.rings(2),
          allReduced(call),
          (ring, i) -> {
            Place place = Place.of(i, call.elements(), LL128_CHUNK / bytes, 2, bytes);
            return call.folded(ring, place.index() + 1, i, fuses(place.offset() * bytes));
          },
          call.toString());
    }
  }

  @Example
  @Needs(environment = LL128)
  public void optional_FMA_02_ll128RoundsHalfPrecisionTwice() {
    for (DataType type : List.of(DataType.FLOAT16, DataType.BFLOAT16)) {
      FoldedCall call = FoldedCall.of(type, Fold.SCALED_SUM, 2, 1000);
      isRing(call, LL128_CHUNK, false);
    }
  }

  @Example
  @Needs(environment = RING)
  public void optional_FMA_06_halfPrecisionIsFusedExactly() {
    for (DataType type : List.of(DataType.FLOAT16, DataType.BFLOAT16)) {
      FoldedCall call = FoldedCall.of(type, Fold.SCALED_SUM, atMost(3), 1000);
      isRing(call, SIMPLE_CHUNK, true);
    }
  }

  private static boolean fuses(int offset) {
    int pack = offset % 1920 / 16 % 60;
    boolean firstHalf = offset % 16 < 8;
    return firstHalf || pack == 7 || pack == 15 || pack == 23 || pack == 31;
  }

  @Example
  @Needs(environment = RING)
  public void optional_RING_06_aReduceScatterFoldsABlockTowardItsRank() {
    int n = three();
    int block = 501;
    for (DataType type : List.of(DataType.FLOAT32, DataType.BFLOAT16)) {
      FoldedCall call = FoldedCall.of(type, Fold.SUM, n, n * block);
      long[] seen = gathered(scattered(call, block));
      explained(
          RankOrders.rings(n),
          seen,
          (ring, i) -> call.folded(ring, position(ring, i / block) + 1, i, false),
          call.toString());
    }
  }

  private static long[] gathered(long[][] blocks) {
    long[] all = new long[blocks.length * blocks[0].length];
    for (int i = 0; i < all.length; i++) {
      all[i] = blocks[i / blocks[0].length][i % blocks[0].length];
    }
    return all;
  }

  /** Blocks of whole packs: chunk i of the all-reduce is the block of position i. */
  @Example
  @Needs(environment = RING)
  public void optional_RING_07_bothAgreeWhereChunkAndBlockDo() {
    int n = three();
    int block = 400;
    FoldedCall call = FoldedCall.of(DataType.FLOAT32, Fold.SUM, n, n * block);
    int[] ring = isRing(call, SIMPLE_CHUNK, false);
    long[] all = allReduced(call);
    long[][] blocks = scattered(call, block);
    for (int rank = 0; rank < n; rank++) {
      if (position(ring, rank) == rank) {
        for (int i = 0; i < block; i++) {
          expect(blocks[rank][i], all[rank * block + i], call.type(), call + ", rank " + rank);
        }
      }
    }
  }

  @Example
  @Needs(environment = RING)
  public void optional_RING_08_aReduceFoldsTowardTheRoot() {
    int n = three();
    for (int root = 0; root < n; root++) {
      isReduce(FoldedCall.of(DataType.FLOAT32, Fold.SUM, n, 999), root);
    }
  }

  private void isReduce(FoldedCall call, int root) {
    long[][] seen = results(call, (comm, send, recv, op) -> comm.reduce(send, recv, op, root));
    explained(
        RankOrders.rings(call.ranks()),
        seen[root],
        (ring, i) -> call.folded(ring, position(ring, root) + 1, i, false),
        call + " to " + root);
    for (int rank = 0; rank < seen.length; rank++) {
      if (rank != root) {
        expect(seen[rank], new long[call.elements()], call.type(), "the output of rank " + rank);
      }
    }
  }

  @Example
  @Needs(environment = FOUR_CHANNELS)
  public void optional_RING_09_equalRingsHideTheChannelsOfAReduce() {
    FoldedCall call = FoldedCall.of(DataType.FLOAT32, Fold.SUM, three(), 70_001);
    isReduce(call, 1);
  }
}
