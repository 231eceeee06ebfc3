package org.jccl.conformance.rules;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import net.jqwik.api.Example;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.config.ConfigField;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.conformance.rules.RankOrders.Place;

/** How calls are split over channels, and which way they take (rules PART, TOPO, TUNE and PAT). */
class ChannelRules extends NumericsSuite {
  private static final String PAT =
      NO_MULTICAST
          + " NCCL_ALGO=reducescatter:PAT NCCL_PROTO=Simple NCCL_MIN_CTAS=1 NCCL_MAX_CTAS=1"
          + " NCCL_PAT_ENABLE=1";
  private static final DataType FLOAT = DataType.FLOAT32;
  private static final Maker ALL_REDUCE = (comm, send, recv, op) -> comm.allReduce(send, recv, op);

  /** Some ring explains a call that is split over so many channels. */
  private static int[] isSplit(long[] seen, FoldedCall call, int channels, int chunk, int version) {
    ChannelParts parts = ChannelParts.ofAllReduce(call.elements(), 4, channels, version);
    return explained(
        RankOrders.rings(call.ranks()),
        seen,
        (ring, i) -> {
          int part = parts.partOf(i);
          int count = parts.counts().get(part).intValue();
          int inPart = (int) (i - parts.first(part));
          Place place = Place.of(inPart, count, chunk / 4, ring.length, 4);
          return call.folded(ring, place.index() + 1, i, false);
        },
        call + " on " + channels + " channels");
  }

  private void isSplit(int count, int channels) {
    FoldedCall call = FoldedCall.of(FLOAT, Fold.SUM, three(), count);
    long[] seen = allReduced(call);
    isSplit(seen, call, channels, SIMPLE_CHUNK, capabilities().version());
  }

  @Example
  @Needs(environment = FOUR_CHANNELS)
  public void optional_PART_01_smallCallsTakeFewChannels() {
    for (int count : new int[] {100, 8191, 8193, 17_000, 25_000}) {
      isSplit(count, 4);
    }
  }

  @Example
  @Needs(environment = FOUR_CHANNELS)
  public void optional_PART_02_partsAreWholeCells() {
    for (int count : new int[] {33_000, 65_537, 70_000}) {
      isSplit(count, 4);
    }
  }

  @Example
  @AlsoShows("PART-06")
  @Needs(environment = RING + " NCCL_BUFFSIZE=131072")
  public void optional_PART_03_chunksAreEighthsOfABuffer() {
    FoldedCall call = FoldedCall.of(FLOAT, Fold.SUM, three(), 140_001);
    isRing(call, 4 * 131_072 / 8, false);
  }

  @Example
  @Needs(environment = LL + " NCCL_LL_BUFFSIZE=65536")
  public void optional_PART_03_llTakesSixteenths() {
    FoldedCall call = FoldedCall.of(FLOAT, Fold.SUM, three(), 9001);
    isRing(call, 65_536 / 16, false);
  }

  @Example
  @Needs(environment = FOUR_CHANNELS)
  public void optional_PART_04_cellsAreTwiceAsLarge() {
    for (int count : new int[] {33_000, 65_537}) {
      FoldedCall call = FoldedCall.of(FLOAT, Fold.SUM, three(), count);
      isSplit(allReduced(call), call, 4, SIMPLE_CHUNK, capabilities().version());
    }
  }

  /** Every element of every call is folded in one of its ring's orders. */
  @Example
  @Needs(environment = FOUR_CHANNELS)
  public void optional_PART_05_callsOfAGroupShareTheChannels() {
    int n = three();
    FoldedCall call = FoldedCall.of(FLOAT, Fold.SUM, n, 30_000);
    int second = 9000;
    long[] seen =
        results(
            call,
            (comm, send, recv, op) ->
                comm.group(
                    group -> {
                      long rest = send.count() - second;
                      group.allReduce(send.slice(0, second), recv.slice(0, second), op);
                      group.allReduce(send.slice(second, rest), recv.slice(second, rest), op);
                    }))[0];
    List<int[]> rings = RankOrders.rings(n);
    check(
        rings.stream().anyMatch(ring -> allTurned(call, ring, seen)),
        call + " in a group: no ring explains it");
  }

  private static boolean allTurned(FoldedCall call, int[] ring, long[] seen) {
    for (int i = 0; i < seen.length; i++) {
      boolean known = false;
      for (int start = 0; start < ring.length && !known; start++) {
        known = call.folded(ring, start, i, false) == seen[i];
      }
      if (!known) {
        return false;
      }
    }
    return true;
  }

  /** The child numbers the same GPUs backwards, and each GPU puts in what it put in before. */
  @Example
  @AlsoShows("DET-06")
  @Needs(environment = RING)
  public void optional_TOPO_01_ringsFollowTheNumbersOfRanks() {
    int n = three();
    FoldedCall call = FoldedCall.of(FLOAT, Fold.SUM, n, 1000);
    long[] before = allReduced(call);
    FoldedCall turned = call.turned();
    long[] seen = results(turned, 1000, ChannelRules::backwards, ALL_REDUCE)[0];
    explained(
        RankOrders.rings(n),
        seen,
        (ring, i) -> {
          Place place = Place.of(i, 1000, SIMPLE_CHUNK / 4, n, 4);
          return turned.folded(ring, place.index() + 1, i, false);
        },
        turned + " on ranks turned around");
    check(!Arrays.equals(seen, before), call + ": turning the ranks around changes nothing");
  }

  private static Communicator backwards(WorldRank rank) {
    return rank.communicator().split(0, rank.worldSize() - 1 - rank.rank());
  }

  @Example
  @AlsoShows("TOPO-03")
  @Needs(environment = RINGS)
  public void optional_TOPO_02_oneHostWithASwitchHasPlainRings() {
    FoldedCall call = FoldedCall.of(FLOAT, Fold.SUM, 3, 300_007);
    long[] seen = allReduced(call);
    int[] ring = isSplit(seen, call, 24, SIMPLE_CHUNK, capabilities().version());
    check(ring[1] == 1, "the ring does not go from rank 0 to rank 1");
  }

  @Example
  @Needs(environment = TREES)
  public void optional_TOPO_04_chainsOfThreeRanksAreTurned() {
    FoldedCall call = FoldedCall.of(FLOAT, Fold.SUM, 3, 300_007);
    long[] seen = allReduced(call);
    ChannelParts parts = ChannelParts.ofAllReduce(call.elements(), 4, 24, capabilities().version());
    int[] fromLeaf = {2, 1, 0};
    for (int i = 0; i < seen.length; i++) {
      int channel = parts.partOf(i) % 12;
      int turned = channel < 6 ? 0 : channel < 9 ? 2 : 1; // roots 0, 1 and 2
      expect(seen[i], call.folded(fromLeaf, turned, i, false), FLOAT, call + ", element " + i);
    }
  }

  @Example
  @Needs(environment = RINGS)
  public void optional_TOPO_06_aChildHasNoMoreChannelsThanItsParent() {
    FoldedCall call = FoldedCall.of(FLOAT, Fold.SUM, three(), 70_000);
    CommunicatorConfig two =
        CommunicatorConfig.builder().warmUp(false).set(ConfigField.MAX_CTAS, 2).build();
    CommunicatorConfig eight =
        CommunicatorConfig.builder()
            .warmUp(false)
            .set(ConfigField.MIN_CTAS, 8)
            .set(ConfigField.MAX_CTAS, 8)
            .build();
    long[] seen =
        results(
            call,
            call.elements(),
            rank -> {
              Communicator child;
              try (Communicator parent = rank.communicator().split(0, rank.rank(), two)) {
                child = parent.split(0, rank.rank(), eight);
              }
              rank.processGroup().barrier(PATIENCE); // LIF-07
              return child;
            },
            ALL_REDUCE)[0];
    isSplit(seen, call, 2, SIMPLE_CHUNK, capabilities().version());
  }

  /** One aggregation factor explains every element. */
  @Example
  @Needs(environment = PAT)
  public void optional_PAT_01_patFoldsAlongBinomialTrees() {
    int block = 301;
    for (int n = 3; n <= atMost(8); n++) {
      FoldedCall call = FoldedCall.of(FLOAT, Fold.SUM, n, n * block);
      long[][] seen = scattered(call, block);
      int factor = 1;
      while (factor <= n / 2 && !isPat(call, seen, factor)) {
        factor *= 2;
      }
      check(factor <= n / 2, call + ": no aggregation factor explains it");
    }
  }

  private static boolean isPat(FoldedCall call, long[][] seen, int factor) {
    for (int rank = 0; rank < seen.length; rank++) {
      for (int i = 0; i < seen[rank].length; i++) {
        int element = rank * seen[rank].length + i;
        if (new BinomialTree(call, rank, factor).sum(0, element) != seen[rank][i]) {
          return false;
        }
      }
    }
    return true;
  }

  @Example
  @Needs(environment = PAT)
  public void optional_TUNE_03_averagesExcludePat(WorldRank rank) {
    DeviceBuffer send = rank.memory(FLOAT, 1, 2);
    DeviceBuffer recv = rank.zeros(FLOAT, 1);
    rank.expectThrown(
        "an average of a reduce-scatter with PAT",
        CollectiveException.class,
        () -> rank.communicator().reduceScatter(send, recv, ReduceOp.AVG));
  }

  @Example
  public void optional_TUNE_01_theTimeIsALatencyAndAShareOfABandwidth() {
    for (int n : new int[] {2, 4}) {
      int steps = 2 * (n - 1);
      double ll = 6.6 + 0.6 * steps;
      double share = (double) n / steps;
      isEstimate(n, 1, ll + 4 / (1000 * 141 * share));
      isEstimate(n, 100_000, ll + 400_000 / (1000 * 141 * share));
      double simple = 8.4 + 3.4 * steps;
      isEstimate(n, 10_000_000, simple + 40_000_000 / (1000 * 360 * share));
    }
  }

  @Example
  public void optional_TUNE_02_theFastestEstimateIsTaken() {
    for (int count : new int[] {100, 300_000, 420_000, 440_000, 1_000_000}) {
      double ll = 7.8 + count * 4.0 / (1000 * 141);
      double simple = 15.2 + count * 4.0 / (1000 * 360);
      isEstimate(2, count, Math.min(ll, simple));
    }
  }

  private void isEstimate(int ranks, int count, double micros) {
    run(
        ranks,
        rank -> {
          DeviceBuffer data = rank.own(rank.device().allocate(FLOAT, count));
          OptionalDouble seen = estimate(rank, data);
          rank.check(
              Math.abs(seen.orElse(0) - micros) < 0.01,
              count + " floats on " + ranks + " ranks: " + seen + ", expected " + micros);
        });
  }

  private static OptionalDouble estimate(WorldRank rank, DeviceBuffer data) {
    return rank.instance()
        .backend()
        .simulate(group -> group.on(rank.communicator()).allReduce(data, ReduceOp.SUM));
  }
}
