package org.jccl.benchmarks.examples.faults;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jspecify.annotations.Nullable;

/** One rank of a training: its weight, how far it is, and with whom it sums up. */
final class Member implements AutoCloseable {
  /** So long a step may take; then somebody is missing. */
  private static final long STEP_SECONDS = 1;

  /** So long a communicator may take to be made. */
  static final CommunicatorConfig CONFIG =
      CommunicatorConfig.builder()
          .initTimeout(Duration.ofSeconds(3))
          .closeTimeout(Duration.ofSeconds(3))
          .build();

  private final Rank rank;
  private @Nullable DeviceBuffer buffer;
  Communicator comm;
  Set<Integer> ranks = new TreeSet<>();
  int step;
  int weight;

  Member(Rank rank, Communicator comm, Set<Integer> ranks) {
    this.rank = rank;
    this.comm = comm;
    this.ranks = ranks;
  }

  /** One step: after it, or after an exception, the weight is that of a whole number of steps. */
  void train() throws Exception {
    int sum = sum(Model.gradient(rank.rank(), step));
    Model.check(sum, ranks, step);
    weight += sum;
    step++;
  }

  /** The sum of all members' values; throws if it is not there in time. */
  private int sum(int value) throws Exception {
    Stream stream = rank.device().defaultStream();
    DeviceBuffer memory = memory();
    memory.copyFrom(value);
    comm.allReduce(memory, memory, ReduceOp.SUM, stream);
    stream.completion().get(STEP_SECONDS, TimeUnit.SECONDS);
    // Work of an aborted communicator counts as complete, and its output is undefined (LIF-15).
    if (comm.state() != Communicator.State.READY) {
      throw new IllegalStateException(comm + " is " + comm.state());
    }
    int[] sum = new int[1];
    memory.copyTo(sum);
    return sum[0];
  }

  /** All members go on from where {@code root}, a rank of the communicator, is. */
  void goOnFrom(int root) throws Exception {
    weight = sum(comm.rank() == root ? weight : 0);
    step = sum(comm.rank() == root ? step : 0);
  }

  private DeviceBuffer memory() {
    DeviceBuffer known = buffer;
    if (known == null) {
      known = rank.device().allocate(DataType.INT32, 1);
      buffer = known;
    }
    return known;
  }

  /** Its memory is not used any more: what used it was stopped. */
  @Override
  public void close() {
    if (buffer != null) {
      buffer.close();
      buffer = null;
    }
  }
}
