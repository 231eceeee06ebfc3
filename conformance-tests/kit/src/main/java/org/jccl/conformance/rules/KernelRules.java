package org.jccl.conformance.rules;

import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Example;
import org.jccl.CallForecast;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;
import org.jccl.conformance.data.Elements;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;
import org.opentest4j.TestAbortedException;

/** jccl's own kernels (rules KRN). What kernels do is not shown where a subject has none. */
class KernelRules extends NumericsSuite {
  private static final List<DataType> FOLDED =
      List.of(DataType.FLOAT32, DataType.FLOAT16, DataType.BFLOAT16);

  private static final int CALLS = 30;

  private static Communicator open(WorldRank rank, boolean asks) {
    return open(rank, asks ? Tuning.OFF.kernels() : Tuning.OFF);
  }

  private static Communicator open(WorldRank rank, Tuning tuning) {
    return TypedRank.open(rank, CommunicatorConfig.builder().name("krn").tuning(tuning).build());
  }

  private static CallForecast plan(Communicator comm, Consumer<Collectives> call) {
    return comm.plan(call).getFirst();
  }

  /** Whether the subject has kernels; if not, the plan has to say so. */
  private static boolean has(WorldRank rank, Communicator comm) {
    DeviceBuffer one = rank.memory(DataType.FLOAT32, 1);
    CallForecast sum = plan(comm, calls -> calls.allReduce(one, ReduceOp.SUM));
    rank.check(
        sum.isOwnKernel() || sum.why().contains("no own kernel"), "the plan says no word: " + sum);
    return sum.isOwnKernel();
  }

  /** All ranks find the same: each of them says that it shows nothing, or none does. */
  private static void needsKernels(WorldRank rank, Communicator comm) {
    if (!has(rank, comm)) {
      throw new TestAbortedException("not run: there are no own kernels here (KRN-01)");
    }
  }

  @Example
  @Needs(upTo = 2)
  public void optional_KRN_01_oneRankThatDoesNotAskIsEnough(WorldRank rank) {
    Communicator comm = rank.own(open(rank, rank.rank() == 0));
    DeviceBuffer x = rank.memory(DataType.FLOAT32, rank.rank() + 1);
    rank.check(
        !plan(comm, calls -> calls.allReduce(x, ReduceOp.SUM)).isOwnKernel(),
        "a kernel for one rank alone");
    comm.allReduce(x, ReduceOp.SUM);
    comm.defaultStream().synchronize();
    rank.expect("the sum", x, 3);
  }

  @Example
  public void optional_KRN_01_whateverElseIsTuned() {
    TuningChoice windows = new TuningChoice(32, true, "the test's", List.of());
    for (Tuning tuning : List.of(Tuning.AUTO, Tuning.of(windows), Tuning.AUTO.sameBits())) {
      run(
          2,
          rank -> {
            Communicator alone = rank.own(open(rank, true));
            Communicator comm = rank.own(open(rank, tuning.kernels()));
            DeviceBuffer x = rank.own(comm.allocate(DataType.FLOAT32, 1));
            expectKernel(rank, comm, has(rank, alone), calls -> calls.allReduce(x, ReduceOp.SUM));
            x.copyFrom((float) rank.rank() + 1);
            comm.allReduce(x, ReduceOp.SUM);
            comm.defaultStream().synchronize();
            rank.expect("the sum", x, 3);
          });
    }
  }

  @Example
  @Needs(upTo = 4)
  public void optional_KRN_01_childrenHaveKernelsOfTheirOwn(WorldRank rank) {
    Communicator parent = rank.own(open(rank, true));
    Communicator child = rank.own(parent.split(rank.rank() / 2, -rank.rank()));
    DeviceBuffer x = rank.memory(DataType.FLOAT32, rank.rank() + 1);
    boolean isPair = child.worldSize() == 2;
    rank.check(
        plan(child, calls -> calls.allReduce(x, ReduceOp.SUM)).isOwnKernel()
            == (isPair && has(rank, parent)),
        "the child's plan differs");
    child.allReduce(x, ReduceOp.SUM);
    child.defaultStream().synchronize();
    int first = rank.rank() / 2 * 2;
    rank.expect("the sum", x, isPair ? 2 * first + 3 : rank.rank() + 1);
  }

  /** Rank 1 groups each call with one of a communicator that rank 0 is not in; rank 0 does not. */
  @Example
  @Needs(upTo = 2)
  public void optional_KRN_02_otherCommunicatorsInAGroupDoNotMatter(WorldRank rank) {
    Communicator comm = rank.own(open(rank, true));
    Communicator alone = rank.own(comm.split(rank.rank(), 0));
    DeviceBuffer all = rank.own(rank.device().allocate(DataType.INT64, 2));
    DeviceBuffer own = all.slice(rank.rank(), 1);
    DeviceBuffer sum = rank.own(rank.device().allocate(DataType.FLOAT32, 1));
    DeviceBuffer mine = rank.memory(DataType.FLOAT32, 7);
    Stream other = rank.newStream();
    boolean has = has(rank, comm);
    expectKernel(rank, comm, has, calls -> calls.allGather(own, all));
    for (int i = 0; i < CALLS; i++) {
      own.copyFrom(new long[] {7L * i + rank.rank()});
      sum.copyFrom(new float[] {rank.rank() + 1});
      if (rank.rank() == 0) {
        comm.allGather(own, all);
        comm.allReduce(sum, ReduceOp.SUM);
      } else {
        comm.group(
            calls -> {
              calls.allGather(own, all);
              alone.broadcast(mine, mine, 0, other);
            });
        comm.group(
            calls -> {
              alone.broadcast(mine, mine, 0, other);
              calls.allReduce(sum, ReduceOp.SUM);
            });
      }
      comm.defaultStream().synchronize();
      other.synchronize();
      rank.expect("the gathered ranks", all, 7 * i, 7 * i + 1);
      rank.expect("the sum", sum, 3);
    }
  }

  @Example
  @Needs(upTo = 2)
  public void optional_KRN_02_smallSumsAndGathersThatAreAlone(WorldRank rank) {
    Communicator comm = rank.own(open(rank, true));
    DeviceBuffer floats = rank.own(rank.device().allocate(DataType.FLOAT32, 1 << 17));
    DeviceBuffer more = rank.own(rank.device().allocate(DataType.FLOAT32, (1 << 17) + 1));
    DeviceBuffer ints = rank.own(rank.device().allocate(DataType.INT32, 8));
    boolean has = has(rank, comm);
    expectKernel(rank, comm, has, c -> c.allReduce(floats, ReduceOp.SUM));
    expectKernel(rank, comm, false, c -> c.allReduce(more, ReduceOp.SUM));
    expectKernel(rank, comm, false, c -> c.allReduce(floats, ReduceOp.MAX));
    expectKernel(rank, comm, false, c -> c.allReduce(ints, ReduceOp.SUM));
    expectKernel(rank, comm, false, c -> c.allReduce(floats.slice(0, 0), ReduceOp.SUM));
    expectKernel(rank, comm, has, c -> c.allGather(ints.slice(4L * rank.rank(), 4), ints));
    expectKernel(
        rank, comm, has, c -> c.reduceScatter(floats, more.slice(0, 1 << 16), ReduceOp.SUM));
    expectKernel(rank, comm, false, c -> c.broadcast(floats, floats, 0));
    List<CallForecast> both =
        comm.plan(
            calls ->
                comm.group(
                    group -> {
                      group.allReduce(floats.slice(0, 8), ReduceOp.SUM);
                      group.allReduce(floats.slice(8, 8), ReduceOp.SUM);
                    }));
    rank.check(!both.getFirst().isOwnKernel(), "a kernel in a group of two");
    List<CallForecast> besideMessages =
        comm.plan(
            calls ->
                comm.group(
                    group -> {
                      group.send(ints, 1 - rank.rank());
                      group.allReduce(floats.slice(0, 8), ReduceOp.SUM);
                    }));
    rank.check(besideMessages.getLast().isOwnKernel() == has, "another way beside a message");
  }

  private static void expectKernel(
      WorldRank rank, Communicator comm, boolean isOwn, Consumer<Collectives> call) {
    CallForecast way = plan(comm, call);
    rank.check(way.isOwnKernel() == isOwn, "the way is another one: " + way);
  }

  @Example
  public void optional_KRN_03_theOrderOfRanksInSinglePrecision() {
    int n = three();
    for (DataType type : FOLDED) {
      for (int count : new int[] {1, 7, 1001}) {
        FoldedCall call = FoldedCall.of(type, Fold.SUM, n, count * n);
        run(n, rank -> fold(rank, call, count));
      }
    }
  }

  private static void fold(WorldRank rank, FoldedCall call, int count) {
    DataType type = call.type();
    Communicator comm = rank.own(open(rank, true));
    DeviceBuffer send = rank.bits(type, call.inputs(rank.rank()));
    DeviceBuffer whole = rank.own(rank.device().allocate(type, send.count()));
    DeviceBuffer part = rank.own(rank.device().allocate(type, count));
    needsKernels(rank, comm);
    comm.allReduce(send, whole, ReduceOp.SUM);
    comm.reduceScatter(send, part, ReduceOp.SUM);
    comm.defaultStream().synchronize();
    long[] sums = Values.bits(whole);
    for (int i = 0; i < sums.length; i++) {
      expect(sums[i], wide(call, i), type, call + ", element " + i);
    }
    long[] own = Values.bits(part);
    for (int i = 0; i < own.length; i++) {
      expect(own[i], sums[rank.rank() * count + i], type, call + ", scattered " + i);
    }
  }

  private static long wide(FoldedCall call, int element) {
    DataType type = call.type();
    float sum = (float) type.decode(call.inputs(0)[element]);
    for (int rank = 1; rank < call.ranks(); rank++) {
      sum += (float) type.decode(call.inputs(rank)[element]);
    }
    return Elements.low(type, type.encode(sum));
  }

  @Example
  public void optional_KRN_03_twoRanksHaveTheDefaultsBits() {
    for (DataType type : FOLDED) {
      FoldedCall call = FoldedCall.of(type, Fold.SUM, 2, 3000);
      run(
          2,
          rank -> {
            Communicator own = rank.own(open(rank, true));
            Communicator other = rank.own(open(rank, false));
            DeviceBuffer send = rank.bits(type, call.inputs(rank.rank()));
            DeviceBuffer recv = rank.own(rank.device().allocate(type, send.count()));
            needsKernels(rank, own);
            own.allReduce(send, recv, ReduceOp.SUM);
            own.defaultStream().synchronize();
            long[] bits = Values.bits(recv);
            other.allReduce(send, recv, ReduceOp.SUM);
            other.defaultStream().synchronize();
            expect(bits, Values.bits(recv), type, call.toString());
          });
    }
  }

  @Example
  @Needs(upTo = 4)
  public void optional_KRN_04_callsOnTwoStreamsBesideOthers(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.own(open(rank, true));
    Stream other = rank.newStream();
    DeviceBuffer ints = rank.memory(DataType.INT32, 1);
    DeviceBuffer floats = rank.own(rank.device().allocate(DataType.FLOAT32, CALLS));
    needsKernels(rank, comm);
    float[] values = new float[CALLS];
    for (int i = 0; i < CALLS; i++) {
      values[i] = i + rank.rank();
    }
    floats.copyFrom(values);
    for (int i = 0; i < CALLS; i++) {
      Stream stream = i % 3 == 0 ? other : comm.defaultStream();
      comm.allReduce(floats.slice(i, 1), floats.slice(i, 1), ReduceOp.SUM, stream);
      if (i % 5 == 0) {
        comm.allReduce(ints, ints, ReduceOp.MAX, other);
      }
    }
    comm.defaultStream().synchronize();
    other.synchronize();
    floats.copyTo(values);
    for (int i = 0; i < CALLS; i++) {
      int wanted = n * i + n * (n - 1) / 2;
      rank.check(values[i] == wanted, "call " + i + " gave " + values[i]);
    }
  }

  @Example
  @Needs(upTo = 4)
  public void optional_KRN_05_preparedAndCapturedCalls(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.own(open(rank, true));
    DeviceBuffer x = rank.memory(DataType.FLOAT32, 1, rank.rank());
    DeviceBuffer y = rank.zeros(DataType.FLOAT32, 2);
    Graph prepared = rank.own(comm.prepare(calls -> calls.allReduce(x, y, ReduceOp.SUM)));
    needsKernels(rank, comm);
    comm.defaultStream().beginCapture();
    comm.allReduce(y, ReduceOp.SUM);
    Graph captured = rank.own(comm.defaultStream().endCapture());
    for (int i = 0; i < 3; i++) {
      prepared.launch(comm.defaultStream());
      captured.launch(comm.defaultStream());
      comm.allReduce(y, ReduceOp.SUM);
    }
    comm.defaultStream().synchronize();
    double third = Math.pow(n, 3);
    rank.expect("the last round", y, third, third * (n - 1) / 2);
  }
}
