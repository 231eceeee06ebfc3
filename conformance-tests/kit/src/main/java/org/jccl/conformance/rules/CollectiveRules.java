package org.jccl.conformance.rules;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.engine.Prepared;
import org.jccl.ops.Operation;

/** What each collective leaves in which buffer (chapter 6 of the rule book). */
final class CollectiveRules extends Suite {
  @Property
  @AlsoShows("RED-15")
  public void required_COL_10_allReduceIsTheFoldOverRanks(@ForAll("allReduces") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> allReduces() {
    return calls(Operation.ALL_REDUCE);
  }

  @Property
  public void required_COL_11_broadcastGivesEveryRankTheRootsElements(
      @ForAll("broadcasts") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> broadcasts() {
    return calls(Operation.BROADCAST);
  }

  @Property
  public void required_COL_13_reduceWritesTheRootsBufferAlone(@ForAll("reduces") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> reduces() {
    return calls(Operation.REDUCE);
  }

  @Property
  public void required_COL_14_allGatherConcatenatesInRankOrder(@ForAll("allGathers") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> allGathers() {
    return calls(Operation.ALL_GATHER);
  }

  @Property
  public void required_COL_15_reduceScatterGivesRankRTheFoldOfBlockR(
      @ForAll("reduceScatters") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> reduceScatters() {
    return calls(Operation.REDUCE_SCATTER);
  }

  @Property
  public void required_COL_17_allToAllTransposesBlocks(@ForAll("allToAlls") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> allToAlls() {
    return calls(Operation.ALL_TO_ALL);
  }

  @Property
  public void required_COL_19_gatherConcatenatesOnTheRoot(@ForAll("gathers") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> gathers() {
    return calls(Operation.GATHER);
  }

  @Property
  public void required_COL_20_scatterGivesRankRTheRootsBlockR(@ForAll("scatters") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> scatters() {
    return calls(Operation.SCATTER);
  }

  @Property
  public void required_COL_02_countZeroDoesNothing(@ForAll("emptyCalls") Program call) {
    verify(call);
  }

  @Provide
  Arbitrary<Program> emptyCalls() {
    return arbitraries()
        .ranks()
        .flatMap(
            n ->
                arbitraries()
                    .calls(n, collectives(), Arbitraries.just(0L))
                    .map(call -> Program.of(n, call)));
  }

  @Example
  public void required_COL_02_countZeroNeedsNoPeer() {
    int n = atMost(3);
    for (Operation operation : collectives()) {
      Prepared prepared = Prepared.of(Program.of(n, plain(operation, 0, 0, Layout.PLAIN)));
      run(
          n,
          rank -> {
            if (rank.rank() > 0) { // not before rank 0 is done with it
              rank.processGroup().barrier(PATIENCE);
            }
            verify(prepared, rank);
            if (rank.rank() == 0) {
              rank.processGroup().barrier(PATIENCE);
            }
          });
    }
    verify(Program.of(n, plain(Operation.ALL_REDUCE, 5, 0, Layout.PLAIN)));
  }

  @Property
  public void required_COL_03_unusedBuffersMayBeNull(@ForAll("rootedCalls") Program call) {
    verify(with(call, layout -> layout.unusedAbsent(true)));
  }

  @Provide
  Arbitrary<Program> rootedCalls() {
    Set<Operation> rooted = collectives();
    rooted.removeIf(operation -> !operation.hasRoot());
    return arbitraries().calls(rooted);
  }

  @Property
  public void required_COL_05_theExactInPlaceFormIsAllowed(@ForAll("anyCollective") Program call) {
    verify(with(call, layout -> layout.inPlaceOn(-1)));
  }

  @Property
  public void required_COL_06_ranksMayDifferInWhetherTheyAreInPlace(
      @ForAll("anyCollective") Program call) {
    verify(with(call, layout -> layout.inPlaceOn(0b01010101).unusedAbsent(false)));
    verify(with(call, layout -> layout.inPlaceOn(0b10101010).unusedAbsent(false)));
  }

  @Property
  public void required_COL_07_nothingElseIsWritten(@ForAll("anyCollective") Program call) {
    verify(with(call, layout -> layout.inPlaceOn(0).unusedAbsent(false)));
  }

  @Provide
  Arbitrary<Program> anyCollective() {
    return arbitraries().calls(collectives());
  }

  @Example
  public void required_COL_21_oneRankCopies() {
    for (Operation operation : collectives()) {
      for (long count : new long[] {1, 3, 1000, 5000}) {
        verify(Program.of(1, plain(operation, count, 0, Layout.PLAIN)));
        verify(Program.of(1, plain(operation, count, 0, Layout.IN_PLACE)));
      }
    }
  }

  @Example
  public void required_COL_22_everyCallMayHaveAnotherRoot() {
    int n = atMost(4);
    for (Operation operation : EnumSet.of(Operation.REDUCE, Operation.BROADCAST)) {
      List<ProgramStep> steps =
          IntStream.range(0, 2 * n)
              .mapToObj(i -> plain(operation, 33, (i * 3 + 1) % n, Layout.PLAIN))
              .<ProgramStep>map(call -> new ProgramStep.Alone(Placed.of(call)))
              .toList();
      verify(Program.typed(n, steps));
    }
  }

  private Arbitrary<Program> calls(Operation operation) {
    return arbitraries().calls(EnumSet.of(operation));
  }

  private static CallSpec plain(Operation operation, long count, int root, Layout layout) {
    Fold fold = operation.reduces() ? Fold.SUM : Fold.COPY;
    return CallSpec.exact(operation, DataType.FLOAT32, fold, count, root, layout, 7);
  }

  private static Program with(Program program, UnaryOperator<Layout> change) {
    return program.with(call -> call.withLayout(change.apply(call.layout())));
  }
}
