package org.jccl.fidelity.floats;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.cases.WorldSplit;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.data.InputKind;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.ops.KernelCalls;
import org.jccl.ops.Operation;

/**
 * Reductions of arbitrary numbers by seed, as programs of one step: a call, or a group of several.
 * The same seed, ranks and capabilities give the same program on every machine.
 */
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

  /** From the simplest on; the last one's scalars are in device memory. */
  static final List<Fold> FOLDS =
      List.of(Fold.SUM, Fold.PROD, Fold.MIN, Fold.MAX, Fold.AVG, Fold.SCALED_SUM, Fold.SCALED_SUM);

  /** Of the second communicator: all ranks again, with longer parts. */
  private static final int FEW_CHANNELS = 2;

  /** What jccl's own kernels fold (KRN-02). */
  private static final List<DataType> IN_KERNELS =
      List.of(DataType.FLOAT32, DataType.FLOAT16, DataType.BFLOAT16);

  private final int ranks;
  private final boolean kernels;
  private final List<DataType> types = new ArrayList<>();

  /** Cases for a world of {@code ranks} that a subject with {@code capabilities} can run. */
  public FloatCases(int ranks, Capabilities capabilities) {
    this(ranks, capabilities, false);
  }

  /** The same; with {@code kernels} two of three are calls that own kernels carry out. */
  FloatCases(int ranks, Capabilities capabilities, boolean kernels) {
    this.ranks = ranks;
    this.kernels = kernels;
    for (DataType type : DataType.values()) {
      boolean known = capabilities.types().contains(type);
      if (known && (!type.isFloat8() || capabilities.float8Reductions())) {
        types.addAll(Collections.nCopies(type.isFloating() ? 2 : 1, type));
      }
    }
  }

  private static List<WorldSplit> communicators(int ranks) {
    List<WorldSplit> all = new ArrayList<>(WorldSplit.of(ranks));
    all.set(1, all.get(1).limitedTo(FEW_CHANNELS));
    return all;
  }

  /** The calls of one step on one communicator. */
  static Program program(int ranks, int communicator, List<CallSpec> calls) {
    List<Placed> placed =
        calls.stream().map(call -> new Placed(call, communicator, 0, false)).toList();
    ProgramStep step =
        placed.size() == 1
            ? new ProgramStep.Alone(placed.getFirst())
            : new ProgramStep.Group(List.copyOf(placed), false);
    return new Program(
        ranks, Program.Surface.TYPED, MemoryKind.PLAIN, communicators(ranks), List.of(step));
  }

  /** The program of {@code seed}. */
  public Program of(long seed) {
    SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong());
    int splits = WorldSplit.of(ranks).size();
    int communicator = random.nextInt(6) == 0 ? random.nextInt(1, splits) : 0;
    if (kernels && random.nextInt(3) != 0) {
      return legal(program(ranks, communicator, List.of(inKernel(random))));
    }
    boolean group = random.nextInt(4) == 0;
    int calls = group ? random.nextInt(2, MOST_CALLS + 1) : 1;
    boolean alike = group && random.nextBoolean();
    List<CallSpec> made = new ArrayList<>();
    CallSpec model = call(random, group);
    for (int i = 0; i < calls; i++) {
      CallSpec next = i == 0 ? model : call(random, group);
      made.add(alike ? alike(next, model) : next);
    }
    return legal(program(ranks, communicator, made));
  }

  /** NCCL decides for neighbours of one kind together. */
  private static CallSpec alike(CallSpec call, CallSpec model) {
    Layout layout = call.layout().scalarOnDevice(model.layout().scalarOnDevice());
    return call.with(model.form(), model.fold())
        .withType(model.type())
        .withInputs(model.inputs())
        .withLayout(layout);
  }

  private CallSpec call(SplittableRandom random, boolean inGroup) {
    CallForm form = CallForm.of(one(random, OPERATIONS));
    DataType type = one(random, types);
    int fold = random.nextInt(FOLDS.size());
    long count = count(random, type);
    boolean offsets = random.nextInt(3) == 0;
    long taken = inGroup ? Math.min(count, 1 + count % MOST_IN_GROUP) : count;
    InputKind kind = one(random, KINDS);
    int seed = random.nextInt(1_000_000);
    int root = random.nextInt(ranks);
    int inPlace = random.nextInt(3) == 0 ? -1 : 0;
    int sendOffset = offsets ? random.nextInt(MOST_OFFSET + 1) : 0;
    int recvOffset = offsets ? random.nextInt(MOST_OFFSET + 1) : 0;
    boolean onDevice = fold == FOLDS.size() - 1;
    Layout layout = new Layout(inPlace, false, sendOffset, recvOffset, onDevice);
    return new CallSpec(form, type, FOLDS.get(fold), taken, root, layout, kind, seed);
  }

  private CallSpec inKernel(SplittableRandom random) {
    CallSpec drawn = call(random, false);
    DataType type = one(random, IN_KERNELS);
    Operation operation = random.nextBoolean() ? Operation.ALL_REDUCE : Operation.REDUCE_SCATTER;
    long most = KernelCalls.MOST_BYTES / type.bytes() / ranks;
    return drawn
        .with(CallForm.of(operation), Fold.SUM)
        .withType(type)
        .withLayout(drawn.layout().scalarOnDevice(false))
        .withCount(1 + drawn.count() % most);
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

  /** The nearest program that NCCL takes, small enough for the memory that there is. */
  static Program legal(Program wanted) {
    WorldSplit split = wanted.communicators().get(wanted.calls().getFirst().communicator());
    int smallest = Collections.min(split.sizes());
    int largest = Collections.max(split.sizes());
    return wanted.with(call -> legal(call, smallest, largest));
  }

  private static CallSpec legal(CallSpec wanted, int smallest, int largest) {
    CallSpec call = wanted;
    if (smallest == 1 && call.type().isFloat8() && call.fold().scales()) {
      call = call.withFold(Fold.SUM); // RED-12
      call = call.withLayout(call.layout().scalarOnDevice(false));
    }
    long most = MOST_ELEMENTS;
    if (smallest == 1 && call.fold().scales()) {
      most = MOST_SCALED_ALONE / call.type().bytes();
    }
    if (call.form().sendsBlocks()) {
      most = Math.max(1, most / largest);
    }
    return call.withCount(Math.min(call.count(), most)).withRoot(call.root() % smallest);
  }
}
