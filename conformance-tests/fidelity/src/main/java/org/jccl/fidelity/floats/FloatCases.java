package org.jccl.fidelity.floats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.jccl.DataType;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.fidelity.differential.Split;
import org.jccl.fidelity.golden.InputKind;
import org.jccl.ops.Operation;

/** Cases by seed: the same seed, ranks and capabilities give the same case on every machine. */
public final class FloatCases {
  /** Most elements that a rank sends in one call. */
  static final long MOST_ELEMENTS = 1L << 21;

  private static final long MOST_IN_GROUP = 1L << 18;
  private static final int MOST_CALLS = 6;
  private static final int MOST_OFFSET = 17;

  /** Of one-rank scaled sums, which drop their tails above (PMS-12). */
  private static final long MOST_SCALED_ALONE = 16_384;

  private static final List<Operation> OPERATIONS =
      List.of(
          Operation.ALL_REDUCE, Operation.ALL_REDUCE, Operation.REDUCE_SCATTER, Operation.REDUCE);

  /** The wide ones thrice: they tell fold orders apart best. */
  private static final List<InputKind> KINDS =
      List.of(
          InputKind.WIDE,
          InputKind.WIDE,
          InputKind.WIDE,
          InputKind.UNIT,
          InputKind.TINY,
          InputKind.HUGE,
          InputKind.RAW,
          InputKind.SPECIAL);

  private final int ranks;
  private final List<DataType> types = new ArrayList<>();

  /** Cases for a world of {@code ranks} that a subject with {@code capabilities} can run. */
  public FloatCases(int ranks, Capabilities capabilities) {
    this.ranks = ranks;
    for (DataType type : DataType.values()) {
      boolean known = capabilities.types().contains(type);
      if (known && (!type.isFloat8() || capabilities.float8Reductions())) {
        types.addAll(Collections.nCopies(type.isFloating() ? 2 : 1, type));
      }
    }
  }

  /** The case of {@code seed}. */
  public FloatCase of(long seed) {
    SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong());
    int splits = Split.of(ranks).size();
    int communicator = random.nextInt(6) == 0 ? random.nextInt(1, splits) : 0;
    boolean group = random.nextInt(4) == 0;
    int calls = group ? random.nextInt(2, MOST_CALLS + 1) : 1;
    boolean alike = group && random.nextBoolean();
    List<FloatCall> made = new ArrayList<>();
    FloatCall model = call(random, group);
    for (int i = 0; i < calls; i++) {
      FloatCall next = i == 0 ? model : call(random, group);
      made.add(alike ? alike(next, model) : next);
    }
    return legal(new FloatCase(ranks, communicator, made));
  }

  /** NCCL decides for neighbours of one kind together. */
  private static FloatCall alike(FloatCall call, FloatCall model) {
    return call.withOperation(model.operation())
        .withType(model.type())
        .withReduction(model.reduction())
        .withKind(model.kind());
  }

  private FloatCall call(SplittableRandom random, boolean inGroup) {
    Operation operation = one(random, OPERATIONS);
    DataType type = one(random, types);
    Reduction reduction = one(random, Arrays.asList(Reduction.values()));
    long count = count(random, type);
    boolean offsets = random.nextInt(3) == 0;
    return new FloatCall(
        operation,
        type,
        reduction,
        inGroup ? Math.min(count, 1 + count % MOST_IN_GROUP) : count,
        one(random, KINDS),
        random.nextInt(1_000_000),
        random.nextInt(ranks),
        random.nextInt(3) == 0,
        offsets ? random.nextInt(MOST_OFFSET + 1) : 0,
        offsets ? random.nextInt(MOST_OFFSET + 1) : 0);
  }

  private static <T> T one(SplittableRandom random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** Many small and odd ones, some large, and those around powers of two in bytes. */
  private static long count(SplittableRandom random, DataType type) {
    int draw = random.nextInt(100);
    if (draw < 30) {
      return random.nextInt(1, 65);
    }
    if (draw < 50) {
      return random.nextInt(65, 5000);
    }
    if (draw < 75) {
      // Where NCCL goes over to another protocol, more channels or longer chunks.
      long around = (1L << random.nextInt(6, 25)) / type.bytes() + random.nextInt(-2, 3);
      return Math.max(1, around);
    }
    if (draw < 88) {
      return between(random, 1, 1 << 16);
    }
    return draw < 95 ? between(random, 1 << 16, 1 << 19) : between(random, 1 << 19, MOST_ELEMENTS);
  }

  /** Each order of magnitude is as likely as another. */
  private static long between(SplittableRandom random, double least, double most) {
    return (long) (least * Math.exp(random.nextDouble() * Math.log(most / least)));
  }

  /** The nearest case that NCCL takes, small enough for the memory that there is. */
  static FloatCase legal(FloatCase wanted) {
    int smallest = Collections.min(wanted.split().sizes());
    int largest = Collections.max(wanted.split().sizes());
    FloatCase legal = wanted;
    for (int i = 0; i < wanted.calls().size(); i++) {
      FloatCall call = wanted.calls().get(i);
      if (smallest == 1 && call.type().isFloat8() && call.reduction().scales()) {
        call = call.withReduction(Reduction.SUM); // RED-12
      }
      long most = MOST_ELEMENTS;
      if (smallest == 1 && call.reduction().scales()) {
        most = MOST_SCALED_ALONE / call.type().bytes();
      }
      if (call.operation() == Operation.REDUCE_SCATTER) {
        most = Math.max(1, most / largest);
      }
      call = call.withCount(Math.min(call.count(), most)).withRoot(call.root() % smallest);
      legal = legal.with(i, call);
    }
    return legal;
  }
}
