package org.jccl.sim.algo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.jccl.DataType;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.junit.jupiter.api.Test;

class GroupPlanTest {
  private static final int VERSION = 22809;
  private static final Topology FOUR = Topologies.inRankOrder(4, 24);

  private static Choice ring(CollectiveTask together, int perChannel) {
    long bytes = together.bytes(4);
    Protocol protocol = bytes < 2_490_000 ? Protocol.LL : Protocol.SIMPLE;
    int most =
        ChannelSplit.maxChannels(
            Algorithm.RING, protocol, bytes, 4, FOUR.channels(), Buffers.defaults());
    return new Choice(Algorithm.RING, protocol, most, bytes);
  }

  private static GroupPlan plan(List<CollectiveTask> calls) {
    return GroupPlan.of(calls, FOUR, GroupPlanTest::ring, Buffers.defaults(), VERSION);
  }

  private static CollectiveTask sum(long count) {
    return new CollectiveTask(
        Operation.ALL_REDUCE, DataType.FLOAT32, CollectiveTask.Folding.SUM, count);
  }

  @Property(tries = 200)
  void aloneInItsGroup_aCallIsSplitAsEver(@ForAll @LongRange(min = 1, max = 5_000_000) long count) {
    CollectiveTask call = sum(count);
    GroupPlan plan = plan(List.of(call));
    assertThat(plan.split(0))
        .isEqualTo(
            ChannelSplit.of(
                Operation.ALL_REDUCE, 4, count, FOUR, plan.choice(0), Buffers.defaults(), VERSION));
  }

  @Property(tries = 200)
  void everyElementIsInOnePart_onAChannelThatThereIs(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 2_000_000) Integer> counts) {
    List<CollectiveTask> calls = new ArrayList<>();
    counts.forEach(count -> calls.add(sum(count)));
    GroupPlan plan = plan(calls);
    for (int call = 0; call < calls.size(); call++) {
      ChannelSplit split = plan.split(call);
      long all = 0;
      for (int part = 0; part < split.parts(); part++) {
        assertThat(split.first(part)).isEqualTo(all);
        assertThat(split.count(part)).isPositive();
        all += split.count(part);
      }
      assertThat(all).isEqualTo(calls.get(call).count());
      assertThat(split.firstChannel() + split.parts()).isLessThanOrEqualTo(FOUR.channels());
    }
  }

  @Test
  void equalCalls_shareTheChannels_oneAfterTheOther() {
    // Together 128 KiB, LL: eight channels at most for each, of 64 KiB of traffic.
    List<CollectiveTask> calls = List.of(sum(16_384), sum(16_384));
    GroupPlan plan = plan(calls);
    assertThat(plan.split(0).firstChannel()).isZero();
    assertThat(plan.split(1).firstChannel()).isEqualTo(plan.split(0).parts());
    assertThat(plan.split(1).parts()).isEqualTo(plan.split(0).parts());
  }

  @Test
  void callsOfVeryDifferentSize_areDecidedApart_theLargestKindFirst_smallestCallFirst() {
    GroupPlan plan = plan(List.of(sum(10), sum(4_000_000), sum(12)));
    assertThat(plan.choice(0).protocol()).isEqualTo(Protocol.LL);
    assertThat(plan.choice(1).protocol()).isEqualTo(Protocol.SIMPLE);
    assertThat(plan.choice(2)).isEqualTo(plan.choice(0));
    assertThat(plan.choice(0).micros()).isEqualTo(88); // decided for 22 elements together
    assertThat(plan.last()).isEqualTo(plan.choice(1));
    assertThat(plan.split(0).firstChannel()).isZero();
  }

  /** What 2.30.7 logged on two H200: channels are dealt to what has no symmetric kernel first. */
  @Test
  void whatSymmetricKernelsCouldDo_getsItsChannelsLast() {
    List<PlacedCall> calls =
        Stream.of(Operation.REDUCE, Operation.ALL_REDUCE, Operation.ALL_GATHER, Operation.BROADCAST)
            .map(
                operation ->
                    PlacedCall.plain(
                        new CollectiveTask(
                            operation, DataType.FLOAT32, CollectiveTask.Folding.SUM, 65_537)))
            .toList();
    assertThat(inDealingOrder(calls, call -> false))
        .containsExactly(
            Operation.ALL_GATHER, Operation.ALL_REDUCE, Operation.BROADCAST, Operation.REDUCE);
    Set<Operation> symmetric = EnumSet.of(Operation.ALL_GATHER, Operation.ALL_REDUCE);
    assertThat(inDealingOrder(calls, call -> symmetric.contains(call.call().operation())))
        .containsExactly(
            Operation.BROADCAST, Operation.REDUCE, Operation.ALL_GATHER, Operation.ALL_REDUCE);
  }

  private static List<Operation> inDealingOrder(
      List<PlacedCall> calls, Predicate<PlacedCall> isPutBack) {
    GroupPlan plan =
        GroupPlan.of(
            calls,
            isPutBack,
            FOUR,
            GroupPlanTest::ring,
            Buffers.defaults(),
            23007,
            ChannelLimits.none());
    return IntStream.range(0, calls.size())
        .boxed()
        .sorted(Comparator.comparing(call -> plan.split(call).firstChannel()))
        .map(call -> calls.get(call).call().operation())
        .toList();
  }

  /** Put back, the largest comes first, and so all of a kind are decided together. */
  @Test
  void callsThatWerePutBack_areDecidedTogether_howeverDifferent() {
    List<PlacedCall> calls = List.of(PlacedCall.plain(sum(10)), PlacedCall.plain(sum(4_000_000)));
    GroupPlan plan =
        GroupPlan.of(
            calls,
            call -> true,
            FOUR,
            GroupPlanTest::ring,
            Buffers.defaults(),
            23007,
            ChannelLimits.none());
    assertThat(plan.choice(0)).isEqualTo(plan.choice(1));
    assertThat(plan.choice(0).protocol()).isEqualTo(Protocol.SIMPLE);
  }

  @Test
  void withoutAnAlgorithm_theCallIsNamed() {
    GroupPlan plan =
        GroupPlan.of(
            List.of(sum(4), sum(4_000_000)),
            FOUR,
            (together, perChannel) -> together.count() > 10 ? null : ring(together, perChannel),
            Buffers.defaults(),
            VERSION);
    assertThat(plan.isDecided()).isFalse();
    assertThat(plan.undecided()).isEqualTo(1);
  }
}
