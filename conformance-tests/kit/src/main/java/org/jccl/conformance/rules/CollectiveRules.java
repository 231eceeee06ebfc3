package org.jccl.conformance.rules;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.DataType;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.cases.OperationCase;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.Program.Step;
import org.jccl.conformance.cases.ProgramRun;
import org.jccl.conformance.data.Fold;
import org.jccl.ops.Operation;

/** What each collective leaves in which buffer (chapter 6 of the rule book). */
public final class CollectiveRules extends Suite {
  /** About the current subject. */
  public CollectiveRules() {}

  @Property
  @AlsoShows("RED-15")
  public void required_COL_10_allReduceIsTheFoldOverRanks(
      @ForAll("allReduces") OperationCase call) {
    verify(call);
  }

  @Provide
  Arbitrary<OperationCase> allReduces() {
    return calls(Operation.ALL_REDUCE);
  }

  @Property
  public void required_COL_11_broadcastGivesEveryRankTheRootsElements(
      @ForAll("broadcasts") OperationCase call) {
    verify(call);
  }

  @Provide
  Arbitrary<OperationCase> broadcasts() {
    return calls(Operation.BROADCAST);
  }

  @Property
  public void required_COL_13_reduceWritesTheRootsBufferAlone(
      @ForAll("reduces") OperationCase call) {
    verify(call);
  }

  @Provide
  Arbitrary<OperationCase> reduces() {
    return calls(Operation.REDUCE);
  }

  @Property
  public void required_COL_14_allGatherConcatenatesInRankOrder(
      @ForAll("allGathers") OperationCase call) {
    verify(call);
  }

  @Provide
  Arbitrary<OperationCase> allGathers() {
    return calls(Operation.ALL_GATHER);
  }

  @Property
  public void required_COL_15_reduceScatterGivesRankRTheFoldOfBlockR(
      @ForAll("reduceScatters") OperationCase call) {
    verify(call);
  }

  @Provide
  Arbitrary<OperationCase> reduceScatters() {
    return calls(Operation.REDUCE_SCATTER);
  }

  @Property
  public void required_COL_17_allToAllTransposesBlocks(@ForAll("allToAlls") OperationCase call) {
    verify(call);
  }

  @Provide
  Arbitrary<OperationCase> allToAlls() {
    return calls(Operation.ALL_TO_ALL);
  }

  @Property
  public void required_COL_19_gatherConcatenatesOnTheRoot(@ForAll("gathers") OperationCase call) {
    verify(call);
  }

  @Provide
  Arbitrary<OperationCase> gathers() {
    return calls(Operation.GATHER);
  }

  @Property
  public void required_COL_20_scatterGivesRankRTheRootsBlockR(
      @ForAll("scatters") OperationCase call) {
    verify(call);
  }

  @Provide
  Arbitrary<OperationCase> scatters() {
    return calls(Operation.SCATTER);
  }

  @Property
  public void required_COL_02_countZeroDoesNothing(@ForAll("emptyCalls") OperationCase call) {
    verify(call);
  }

  @Provide
  Arbitrary<OperationCase> emptyCalls() {
    return arbitraries()
        .ranks()
        .flatMap(n -> arbitraries().calls(n, collectives(), Arbitraries.just(0L)));
  }

  @Example
  public void required_COL_02_countZeroNeedsNoPeer() {
    int n = atMost(3);
    for (Operation operation : collectives()) {
      Program program = Program.of(plain(operation, n, 0, 0, Layout.PLAIN));
      run(
          n,
          rank -> {
            if (rank.rank() > 0) { // not before rank 0 is done with it
              rank.processGroup().barrier(PATIENCE);
            }
            ProgramRun.verify(program, rank.communicator(), rank::problem);
            if (rank.rank() == 0) {
              rank.processGroup().barrier(PATIENCE);
            }
          });
    }
    verify(plain(Operation.ALL_REDUCE, n, 5, 0, Layout.PLAIN));
  }

  @Property
  public void required_COL_03_unusedBuffersMayBeNull(@ForAll("rootedCalls") OperationCase call) {
    Layout absent = new Layout(call.layout().inPlaceRanks(), true, call.layout().offset());
    verify(with(call, absent));
  }

  @Provide
  Arbitrary<OperationCase> rootedCalls() {
    Set<Operation> rooted = collectives();
    rooted.removeIf(operation -> !operation.hasRoot());
    return arbitraries().calls(rooted);
  }

  @Property
  public void required_COL_05_theExactInPlaceFormIsAllowed(
      @ForAll("anyCollective") OperationCase call) {
    verify(with(call, new Layout(-1, call.layout().unusedAbsent(), call.layout().offset())));
  }

  @Property
  public void required_COL_06_ranksMayDifferInWhetherTheyAreInPlace(
      @ForAll("anyCollective") OperationCase call) {
    verify(with(call, new Layout(0b01010101, false, call.layout().offset())));
    verify(with(call, new Layout(0b10101010, false, call.layout().offset())));
  }

  @Property
  public void required_COL_07_nothingElseIsWritten(@ForAll("anyCollective") OperationCase call) {
    verify(with(call, new Layout(0, false, call.layout().offset())));
  }

  @Provide
  Arbitrary<OperationCase> anyCollective() {
    return arbitraries().calls(collectives());
  }

  @Example
  public void required_COL_21_oneRankCopies() {
    for (Operation operation : collectives()) {
      for (long count : new long[] {1, 3, 1000, 5000}) {
        verify(plain(operation, 1, count, 0, Layout.PLAIN));
        verify(plain(operation, 1, count, 0, Layout.IN_PLACE));
      }
    }
  }

  @Example
  public void required_COL_22_everyCallMayHaveAnotherRoot() {
    int n = atMost(4);
    for (Operation operation : EnumSet.of(Operation.REDUCE, Operation.BROADCAST)) {
      List<Step> steps =
          IntStream.range(0, 2 * n)
              .mapToObj(i -> Step.of(plain(operation, n, 33, (i * 3 + 1) % n, Layout.PLAIN)))
              .toList();
      verify(new Program(n, steps));
    }
  }

  private Arbitrary<OperationCase> calls(Operation operation) {
    return arbitraries().calls(EnumSet.of(operation));
  }

  private static OperationCase plain(
      Operation operation, int n, long count, int root, Layout layout) {
    Fold fold = operation.reduces() ? Fold.SUM : Fold.COPY;
    return new OperationCase(operation, DataType.FLOAT32, fold, count, root, n, layout, 7);
  }

  private static OperationCase with(OperationCase call, Layout layout) {
    return new OperationCase(
        call.operation(),
        call.type(),
        call.fold(),
        call.count(),
        call.rootOrPeer(),
        call.worldSize(),
        layout,
        call.seed());
  }
}
