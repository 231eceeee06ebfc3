package org.jccl.conformance.rules;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.conformance.data.Elements;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;

/** The kernels for buffers in symmetric windows (rules SYM). */
class SymmetricRules extends NumericsSuite {
  private static final List<DataType> NARROW =
      List.of(DataType.FLOAT32, DataType.FLOAT16, DataType.BFLOAT16);

  /** What each rank of a call has afterwards whose buffers lie in symmetric windows. */
  private long[][] windowed(FoldedCall call, int received, Maker maker) {
    long[][] results = new long[call.ranks()][];
    run(call.ranks(), rank -> results[rank.rank()] = windowed(rank, call, received, maker));
    return ofAllRanks(results);
  }

  private static long[] windowed(WorldRank rank, FoldedCall call, int received, Maker maker) {
    DataType type = call.type();
    try (DeviceBuffer send = rank.device().allocateRegistrable(type, call.elements());
        DeviceBuffer recv = rank.device().allocateRegistrable(type, received);
        Window in = rank.communicator().registerWindow(send, WindowFlag.COLLECTIVE_SYMMETRIC);
        Window out = rank.communicator().registerWindow(recv, WindowFlag.COLLECTIVE_SYMMETRIC)) {
      DeviceBuffer inputs = rank.bits(type, call.inputs(rank.rank()));
      send.copyFrom(inputs, rank.communicator().defaultStream());
      ReduceOp op = call.reduction(rank.communicator(), rank.rank());
      maker.make(rank.communicator(), send, recv, op);
      rank.communicator().defaultStream().synchronize();
      rank.check(!in.isClosed() && !out.isClosed(), "a window closed by itself");
      return Values.bits(recv);
    }
  }

  /** The sum in f32, rounded once. */
  private static long wide(FoldedCall call, int[] order, int start, int element) {
    DataType type = call.type();
    float sum = 0;
    for (int step = 0; step < order.length; step++) {
      int rank = order[(start + step) % order.length];
      float own = (float) type.decode(call.inputs(rank)[element]);
      sum = step == 0 ? own : sum + own;
    }
    return Elements.low(type, type.encode(sum));
  }

  @Example
  @Needs(environment = RINGS)
  public void optional_SYM_01_otherReductionsRunAsInAnyMemory() {
    int n = three();
    FoldedCall call = FoldedCall.of(DataType.FLOAT16, Fold.PROD, n, 500);
    long[][] seen = windowed(call, 500, (comm, send, recv, op) -> comm.allReduce(send, recv, op));
    long[] elsewhere = allReduced(call);
    expect(seen[0], elsewhere, call.type(), call + " in windows");
  }

  @Example
  @AlsoShows("SYM-04")
  @Needs(environment = RINGS + " NCCL_SYM_KERNEL=AllReduce_AGxLL_R")
  public void optional_SYM_02_llKernelsFoldInTheOrderOfRanks() {
    int n = three();
    int[] order = RankOrders.permutations(n).getFirst();
    for (DataType type : NARROW) {
      FoldedCall call = FoldedCall.of(type, Fold.SUM, n, 2000);
      long[][] seen =
          windowed(call, 2000, (comm, send, recv, op) -> comm.allReduce(send, recv, op));
      for (int rank = 0; rank < n; rank++) {
        for (int i = 0; i < seen[rank].length; i++) {
          expect(seen[rank][i], wide(call, order, 0, i), type, call + ", element " + i);
        }
      }
    }
  }

  @Example
  @Needs(environment = RINGS + " NCCL_SYM_KERNEL=ReduceScatter_LD")
  public void optional_SYM_03_loadKernelsOfAReduceScatterStartAtTheOwner() {
    int n = three();
    int block = 512;
    int[] order = RankOrders.permutations(n).getFirst();
    for (DataType type : NARROW) {
      FoldedCall call = FoldedCall.of(type, Fold.SUM, n, n * block);
      long[][] seen =
          windowed(call, block, (comm, send, recv, op) -> comm.reduceScatter(send, recv, op));
      for (int rank = 0; rank < n; rank++) {
        for (int i = 0; i < block; i++) {
          long expected = wide(call, order, rank, rank * block + i);
          expect(seen[rank][i], expected, type, call + ", rank " + rank + ", element " + i);
        }
      }
    }
  }

  /** Whole rounds: each owner in turn has 2048 bytes. */
  @Example
  @Needs(environment = RINGS + " NCCL_SYM_KERNEL=AllReduce_RSxLD_AGxST")
  public void optional_SYM_03_loadKernelsOfAnAllReduceStartAtTheOwner() {
    int n = three();
    int[] order = RankOrders.permutations(n).getFirst();
    FoldedCall call = FoldedCall.of(DataType.FLOAT32, Fold.SUM, n, 512 * n * 16);
    long[] seen =
        windowed(call, call.elements(), (comm, send, recv, op) -> comm.allReduce(send, recv, op))[
            0];
    for (int i = 0; i < seen.length; i++) {
      int at = i;
      boolean known = false;
      for (int owner = 0; owner < n && !known; owner++) {
        known = wide(call, order, owner, at) == seen[at];
      }
      check(known, call + ": element " + i + " starts at no owner");
    }
    for (int owner = 0; owner < n; owner++) {
      int first = owner * 512;
      expect(seen[first], wide(call, order, owner, first), call.type(), "owner " + owner);
    }
  }

  @Example
  public void optional_VER_12_broadcastsInWindowsNeedNoSendBuffer() {
    int count = 1 << 19;
    run(
        2,
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer send = rank.device().allocateRegistrable(DataType.INT32, count);
              DeviceBuffer recv = rank.device().allocateRegistrable(DataType.INT32, count);
              Window in = comm.registerWindow(send, WindowFlag.COLLECTIVE_SYMMETRIC);
              Window out = comm.registerWindow(recv, WindowFlag.COLLECTIVE_SYMMETRIC)) {
            rank.check(!in.isClosed() && !out.isClosed(), "a window closed by itself");
            int[] values = new int[count];
            Arrays.fill(values, 7 + rank.rank());
            send.copyFrom(values);
            comm.broadcast(rank.rank() == 0 ? send : null, recv, 0);
            comm.defaultStream().synchronize();
            recv.copyTo(values);
            rank.check(
                values[0] == 7 && values[count - 1] == 7,
                "the last element is " + values[count - 1]);
          }
        });
  }

  /** Before, NCCL falls back to its other kernels; then some libraries lack the one they choose. */
  @Example
  public void optional_VER_10_averagesInWindowsAreRightOrNotThere() {
    boolean mayLack = capabilities().hasDefects();
    run(
        2,
        rank -> {
          // One of its own: it is aborted where there is no such kernel.
          try (Communicator comm = rank.open("averages");
              DeviceBuffer send = rank.device().allocateRegistrable(DataType.FLOAT32, 16);
              DeviceBuffer recv = rank.device().allocateRegistrable(DataType.FLOAT32, 16);
              Window in = comm.registerWindow(send, WindowFlag.COLLECTIVE_SYMMETRIC);
              Window out = comm.registerWindow(recv, WindowFlag.COLLECTIVE_SYMMETRIC)) {
            rank.check(!in.isClosed() && !out.isClosed(), "a window closed by itself");
            float[] values = new float[16];
            Arrays.fill(values, 1 + 2 * rank.rank());
            send.copyFrom(values);
            try {
              comm.allReduce(send, recv, ReduceOp.AVG);
              comm.defaultStream().synchronize();
            } catch (CollectiveException e) {
              rank.check(
                  mayLack && e.code() == ResultCode.UNHANDLED_CUDA_ERROR,
                  String.valueOf(e.getMessage()));
              comm.abort();
              return;
            }
            recv.copyTo(values);
            rank.check(values[0] == 2 && values[15] == 2, "the mean is " + values[0]);
          }
        });
  }

  /** Parts that are no multiple of 8 bytes, shared by several blocks of threads. */
  @Example
  @Needs(environment = RINGS + " NCCL_SYM_KERNEL=ReduceScatter_LL")
  public void optional_VER_11_partsInWindowsAreInTheirPlaces() {
    boolean mayMisplace =
        capabilities().hasDefects()
            && capabilities().version() >= 22803
            && capabilities().version() < 22807;
    int n = 2;
    int block = 4097;
    int[] order = RankOrders.permutations(n).getFirst();
    FoldedCall call = FoldedCall.of(DataType.FLOAT32, Fold.SUM, n, n * block);
    long[][] seen =
        windowed(call, block, (comm, send, recv, op) -> comm.reduceScatter(send, recv, op));
    for (int rank = 0; rank < n; rank++) {
      for (int i = 0; i < block; i++) {
        long sum = wide(call, order, 0, rank * block + i);
        check(mayMisplace || seen[rank][i] == sum, call + ", rank " + rank + ", element " + i);
      }
    }
  }
}
