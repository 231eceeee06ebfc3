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
import org.jccl.conformance.cases.Program.Form;
import org.jccl.conformance.cases.Program.Placed;
import org.jccl.conformance.cases.Program.Step;
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

  /** Any call of one of {@code operations}, in a world of any size. */
  public Arbitrary<OperationCase> calls(Set<Operation> operations) {
    return ranks().flatMap(n -> calls(n, operations, counts()));
  }

  /** Any call of {@code operations} in a world of {@code n}. */
  public Arbitrary<OperationCase> calls(int n, Set<Operation> operations, Arbitrary<Long> counts) {
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
                            new OperationCase(
                                operation,
                                what.type,
                                what.fold,
                                limited(what, count, n),
                                operation.hasRoot() || operation.hasPeer() ? root : 0,
                                n,
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
  public List<OperationCase> everyCombination(Operation operation, int n, long count) {
    List<OperationCase> all = new ArrayList<>();
    for (What what : combinations(operation, n)) {
      int root = operation.hasRoot() || operation.hasPeer() ? all.size() % n : 0;
      Layout layout = new Layout(all.size() % 3 == 0 ? -1 : 0, all.size() % 2 == 0, 0);
      all.add(
          new OperationCase(operation, what.type, what.fold, count, root, n, layout, all.size()));
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
            n -> steps(n).list().ofMinSize(1).ofMaxSize(steps).map(list -> new Program(n, list)));
  }

  /** Programs of one group. */
  public Arbitrary<Program> groups() {
    return ranks()
        .flatMap(
            n ->
                Combinators.combine(Arbitraries.of(Form.GROUPED, Form.NESTED), together(n, 5))
                    .as((form, calls) -> new Program(n, List.of(new Step(form, calls)))));
  }

  private Arbitrary<Step> steps(int n) {
    Arbitrary<Step> alone = placed(n).map(each -> new Step(Form.ALONE, List.of(each)));
    Arbitrary<Step> grouped =
        Combinators.combine(Arbitraries.of(Form.GROUPED, Form.NESTED), together(n, 3))
            .as(Step::new);
    return Arbitraries.frequencyOf(Tuple.of(3, alone), Tuple.of(2, grouped));
  }

  /** Calls for one group; where messages do not mix well, at most one that is made of them. */
  private Arbitrary<List<Placed>> together(int n, int most) {
    Arbitrary<List<Placed>> calls = placed(n).list().ofMinSize(1).ofMaxSize(most);
    return capabilities.mixesMessages()
        ? calls
        : calls.filter(10_000, list -> list.stream().filter(CaseArbitraries::sends).count() <= 1);
  }

  private static boolean sends(Placed placed) {
    return switch (placed.call().operation()) {
      case SEND, RECV, ALL_TO_ALL, GATHER, SCATTER -> true;
      case ALL_REDUCE, BROADCAST, REDUCE, ALL_GATHER, REDUCE_SCATTER -> false;
    };
  }

  private Arbitrary<Placed> placed(int n) {
    Arbitrary<Long> small = Arbitraries.of(1L, 0L, 2L, 3L, 17L, 64L, 333L);
    return Combinators.combine(
            calls(n, EnumSet.allOf(Operation.class), small),
            Arbitraries.integers().between(0, Program.STREAMS - 1))
        .as(Placed::new);
  }
}
