package org.jccl.benchmarks.examples;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;

/**
 * All-reduce, broadcast, all-gather, reduce-scatter, and send with receive, each with a result that
 * every rank knows: for ranks in Java and in other languages, which make the same calls. With the
 * argument {@code forever} it goes on all-reducing, for whoever wants to see a rank die; with the
 * number of a rank behind it that rank does something else for a minute after a while.
 */
public final class MixedRanks implements RankProgram {
  private static final int COUNT = 1024;
  private static final int LARGE = 1 << 24;
  private static final long CALLS_BEFORE_LATE = 1_000;

  /** Started by {@code ./jccl run}. */
  public MixedRanks() {}

  @Override
  public void run(Rank rank) {
    if (rank.args().contains("forever")) {
      reduceForEver(rank, rank.args().contains(String.valueOf(rank.rank())));
    }
    Communicator comm = rank.communicator();
    int size = rank.worldSize();
    int mine = rank.rank() + 1;
    try (DeviceBuffer one = filled(rank.device(), COUNT, mine);
        DeviceBuffer other = filled(rank.device(), COUNT, 0);
        DeviceBuffer all = filled(rank.device(), COUNT * size, mine)) {
      comm.allReduce(one, other, ReduceOp.SUM);
      check(comm, "all-reduce", other, size * (size + 1) / 2.0f);
      comm.broadcast(one, other, size - 1);
      check(comm, "broadcast", other, size);
      comm.reduceScatter(all, other, ReduceOp.SUM);
      check(comm, "reduce-scatter", other, size * (size + 1) / 2.0f);
      comm.allGather(one, all);
      checkBlocks(comm, all);
      int next = (rank.rank() + 1) % size;
      int previous = (rank.rank() + size - 1) % size;
      comm.group(
          group -> {
            group.send(one, next);
            group.recv(other, previous);
          });
      check(comm, "send and receive", other, previous + 1);
    }
    System.out.printf("java rank %d of %d: all five operations are right%n", rank.rank(), size);
  }

  private static void reduceForEver(Rank rank, boolean isLate) {
    try (DeviceBuffer data = filled(rank.device(), LARGE, 1)) {
      System.out.printf("java rank %d goes on for ever%n", rank.rank());
      for (long i = 1; true; i++) {
        if (isLate && i == CALLS_BEFORE_LATE) {
          System.out.printf(
              "java rank %d does something else from %.3f%n",
              rank.rank(), System.currentTimeMillis() / 1000.0);
          LockSupport.parkNanos(Duration.ofMinutes(1).toNanos());
        }
        rank.communicator().allReduce(data, ReduceOp.MAX);
        rank.communicator().defaultStream().synchronize();
      }
    } catch (CollectiveException died) {
      // For scripts that know when they killed a rank: seconds since 1970.
      System.out.printf(
          "java rank %d has thrown at %.3f%n", rank.rank(), System.currentTimeMillis() / 1000.0);
      throw died;
    }
  }

  private static DeviceBuffer filled(Device device, int count, float value) {
    DeviceBuffer buffer = device.allocate(DataType.FLOAT32, count);
    float[] values = new float[count];
    Arrays.fill(values, value);
    buffer.copyFrom(values);
    return buffer;
  }

  private static float[] values(Communicator comm, DeviceBuffer buffer) {
    comm.defaultStream().synchronize();
    float[] values = new float[(int) buffer.count()];
    buffer.copyTo(values);
    return values;
  }

  private static void check(Communicator comm, String what, DeviceBuffer buffer, float expected) {
    for (float value : values(comm, buffer)) {
      require(value == expected, what, value, expected);
    }
  }

  private static void checkBlocks(Communicator comm, DeviceBuffer all) {
    float[] values = values(comm, all);
    for (int i = 0; i < values.length; i++) {
      require(values[i] == i / COUNT + 1, "all-gather", values[i], i / COUNT + 1);
    }
  }

  private static void require(boolean right, String what, float value, float expected) {
    if (!right) {
      throw new IllegalStateException(what + " gave " + value + ", expected " + expected);
    }
  }
}
