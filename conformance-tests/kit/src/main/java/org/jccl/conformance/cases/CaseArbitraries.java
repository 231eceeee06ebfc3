package org.jccl.conformance.cases;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.jccl.DataType;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.ops.Operation;

/**
 * Random calls and programs within a subject's capabilities. A failure shrinks to the fewest ranks,
 * elements and calls, the plainest layout, type and operation.
 */
public final class CaseArbitraries {
  /** What is interesting about sizes: nothing, less than a vector, odd tails, several blocks. */
  private static final Long[] COUNTS = {
    1L, 0L, 2L, 3L, 7L, 8L, 15L, 31L, 64L, 127L, 255L, 256L, 1000L, 1023L, 4097L, 5000L
  };

  private final Capabilities capabilities;
  private final int maxRanks;

  /** Calls that a subject with {@code capabilities} can make. */
  public CaseArbitraries(Capabilities capabilities) {
    this.capabilities = capabilities;
    this.maxRanks = Math.min(capabilities.maxRanks(), Capabilities.MOST_RANKS);
  }

  /** World sizes from 1 to what the subject has, at most 8. */
  public Arbitrary<Integer> ranks() {
    return Arbitraries.integers().between(1, maxRanks);
  }

  /** Counts around what implementations treat apart. */
  public static Arbitrary<Long> counts() {
    return Arbitraries.frequencyOf(
        Tuple.of(5, Arbitraries.of(COUNTS)),
        Tuple.of(3, Arbitraries.longs().between(0, 700)),
        Tuple.of(1, Arbitraries.of(8197L, 20_011L)));
  }

  /** Programs of one call of one of {@code operations}, in a world of any size. */
  public Arbitrary<Program> calls(Set<Operation> operations) {
    return ranks().flatMap(n -> calls(n, operations, counts()).map(call -> Program.of(n, call)));
  }

  /** Any call of {@code operations} in a world of {@code n}. */
  public Arbitrary<CallSpec> calls(int n, Set<Operation> operations, Arbitrary<Long> counts) {
    Operation[] known =
        operations.stream()
            .filter(each -> each != Operation.RECV)
            .sorted()
            .toArray(Operation[]::new);
    return Arbitraries.of(known)
        .flatMap(
            operation ->
                Combinators.combine(
                        what(operation, n),
                        counts,
                        Arbitraries.integers().between(0, n - 1),
                        layouts(n),
                        Arbitraries.longs().between(0, 1000))
                    .as(
                        (what, count, root, layout, seed) ->
                            CallSpec.exact(
                                operation,
                                what.type,
                                what.fold,
                                limited(what, count, n),
                                CallForm.of(operation).hasRoot() ? root : 0,
                                layout,
                                seed)));
  }

  private long limited(What what, long count, int n) {
    long most = capabilities.mostScaledBytes(n) / what.type.bytes();
    return what.fold.scales() ? Math.min(count, most) : count;
  }

  /** A type with a fold that a world of {@code n} can do. */
  private record What(DataType type, Fold fold) {}

  private Arbitrary<What> what(Operation operation, int n) {
    return Arbitraries.of(combinations(operation, n));
  }

  private List<What> combinations(Operation operation, int n) {
    List<What> all = new ArrayList<>();
    DataType[] types = DataType.values();
    Arrays.sort(types, (a, b) -> Boolean.compare(a != DataType.INT32, b != DataType.INT32));
    for (Fold fold : Fold.values()) {
      for (DataType type : types) {
        boolean fits = fold.reduces() == operation.reduces() && capabilities.types().contains(type);
        boolean excluded =
            fold.reduces() && capabilities.whyNoReduction(type, n, fold.scales()).isPresent();
        if (fits && !excluded) {
          all.add(new What(type, fold));
        }
      }
    }
    return all;
  }

  /** Every type and fold that {@code operation} can have in a world of {@code n}, one call each. */
  public List<CallSpec> everyCombination(Operation operation, int n, long count) {
    List<CallSpec> all = new ArrayList<>();
    for (What what : combinations(operation, n)) {
      int root = CallForm.of(operation).hasRoot() ? all.size() % n : 0;
      Layout layout = new Layout(all.size() % 3 == 0 ? -1 : 0, all.size() % 2 == 0, 0);
      all.add(CallSpec.exact(operation, what.type, what.fold, count, root, layout, all.size()));
    }
    return all;
  }

  private static Arbitrary<Layout> layouts(int n) {
    return Combinators.combine(
            Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.of(0)),
                Tuple.of(2, Arbitraries.of((1 << n) - 1)),
                Tuple.of(1, Arbitraries.integers().between(0, (1 << n) - 1))),
            Arbitraries.of(false, true),
            Arbitraries.integers().between(0, 3))
        .as(Layout::new);
  }

  /** Programs of up to {@code steps} steps over all operations. */
  public Arbitrary<Program> programs(int steps) {
    return ranks()
        .flatMap(
            n -> steps(n).list().ofMinSize(1).ofMaxSize(steps).map(list -> Program.typed(n, list)));
  }

  /** Programs of one group. */
  public Arbitrary<Program> groups() {
    return ranks().flatMap(n -> group(n, 5).map(step -> Program.typed(n, List.of(step))));
  }

  private Arbitrary<ProgramStep> steps(int n) {
    Arbitrary<ProgramStep> alone = placed(n).map(ProgramStep.Alone::new);
    return Arbitraries.frequencyOf(Tuple.of(3, alone), Tuple.of(2, group(n, 3)));
  }

  private Arbitrary<ProgramStep> group(int n, int most) {
    return Combinators.combine(Arbitraries.of(false, true), together(n, most))
        .as((nested, calls) -> new ProgramStep.Group(List.copyOf(calls), nested));
  }

  /** Calls for one group; where messages do not mix well, at most one that is made of them. */
  private Arbitrary<List<Placed>> together(int n, int most) {
    Arbitrary<List<Placed>> calls = placed(n).list().ofMinSize(1).ofMaxSize(most);
    return capabilities.mixesMessages()
        ? calls
        : calls.filter(
            10_000,
            list -> list.stream().filter(each -> each.call().form().isOfMessages()).count() <= 1);
  }

  private Arbitrary<Placed> placed(int n) {
    Arbitrary<Long> small = Arbitraries.of(1L, 0L, 2L, 3L, 17L, 64L, 333L);
    return Combinators.combine(
            calls(n, EnumSet.allOf(Operation.class), small),
            Arbitraries.integers().between(0, Program.STREAMS - 1))
        .as((call, stream) -> new Placed(call, 0, stream, false));
  }
}
