package org.jccl.benchmarks.snippets;

import java.time.Duration;
import org.jccl.CallConfig;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.Communicator.Issued;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.PreMulSum;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.Window;
import org.jccl.WindowFlag;

/** The examples about operations, streams and memory; {@code SnippetsTest} runs them. */
final class Operations {
  private Operations() {}

  static int[] reduceScatter(Rank rank) {
    // @start region="reduceScatter"
    int n = rank.worldSize();
    try (DeviceBuffer send = rank.device().allocate(DataType.INT32, 2L * n);
        DeviceBuffer recv = rank.device().allocate(DataType.INT32, 2)) {
      send.copyFrom(new int[2 * n]);
      rank.communicator().reduceScatter(send, recv, ReduceOp.SUM); // block r goes to rank r
      rank.communicator().defaultStream().synchronize();
      int[] block = new int[2];
      recv.copyTo(block);
      return block;
    }
    // @end
  }

  static int ring(Rank rank) {
    // @start region="group"
    int n = rank.worldSize();
    int next = (rank.rank() + 1) % n;
    int before = (rank.rank() + n - 1) % n;
    try (DeviceBuffer out = rank.device().allocate(DataType.INT32, 1);
        DeviceBuffer in = rank.device().allocate(DataType.INT32, 1)) {
      out.copyFrom(rank.rank());
      rank.communicator()
          .group(
              group -> { // both or neither: two sends that wait for each other would hang
                group.send(out, next);
                group.recv(in, before);
              });
      rank.communicator().defaultStream().synchronize();
      int[] received = new int[1];
      in.copyTo(received);
      return received[0];
    }
    // @end
  }

  static float coalesced(Rank rank) {
    // @start region="coalesced"
    int layers = 16;
    try (DeviceBuffer gradients = rank.device().allocate(DataType.FLOAT32, layers * 100L)) {
      gradients.fill((byte) 0, rank.communicator().defaultStream());
      rank.communicator()
          .coalesced( // one call of 1,600 elements
              calls -> {
                for (int i = 0; i < layers; i++) {
                  calls.allReduce(gradients.slice(i * 100L, 100), ReduceOp.AVG);
                }
              });
      rank.communicator().defaultStream().synchronize();
      float[] averages = new float[layers * 100];
      gradients.copyTo(averages);
      return averages[0];
    }
    // @end
  }

  static int blocking(Rank rank) {
    // @start region="blocking"
    Collectives now = rank.communicator().blocking(Duration.ofSeconds(30));
    try (DeviceBuffer sum = rank.device().allocate(DataType.INT32, 1)) {
      sum.copyFrom(1);
      now.allReduce(sum, ReduceOp.SUM); // returns when the sum is there
      int[] ranks = new int[1];
      sum.copyTo(ranks);
      return ranks[0];
    }
    // @end
  }

  static int configured(Rank rank) {
    // @start region="configured"
    CallConfig narrow = CallConfig.builder().ctas(1, 2).algorithms("ring").build();
    Collectives few = rank.communicator().configured(narrow); // NCCL 2.31.2 or newer
    try (DeviceBuffer sum = rank.device().allocate(DataType.INT32, 1)) {
      sum.copyFrom(1);
      few.allReduce(sum, ReduceOp.SUM); // the same configuration on all ranks
      rank.communicator().defaultStream().synchronize();
      int[] ranks = new int[1];
      sum.copyTo(ranks);
      return ranks[0];
    }
    // @end
  }

  static int request(Rank rank) {
    // @start region="request"
    try (Stream stream = rank.device().newStream();
        DeviceBuffer sum = rank.device().allocate(DataType.INT32, 1)) {
      sum.copyFrom(1);
      try (Issued request =
          rank.communicator().issue(stream, group -> group.allReduce(sum, ReduceOp.SUM))) {
        rank.communicator().defaultStream().waitFor(request.event()); // work of other streams
        request.await(Duration.ofSeconds(30)); // the host
      }
      int[] ranks = new int[1];
      sum.copyTo(ranks);
      return ranks[0];
    }
    // @end
  }

  static float streams(Rank rank) {
    // @start region="streams"
    try (Stream stream = rank.device().newStream();
        Event done = rank.device().newEvent();
        DeviceBuffer data = rank.device().allocate(DataType.FLOAT32, 1)) {
      data.copyFrom(1f);
      rank.communicator().allReduce(data, data, ReduceOp.SUM, stream); // comes back at once
      done.record(stream);
      done.synchronize(); // now the result is there
      float[] sum = new float[1];
      data.copyTo(sum);
      return sum[0];
    }
    // @end
  }

  static double scaled(Rank rank) {
    // @start region="preMulSum"
    try (DeviceBuffer data = rank.device().allocate(DataType.FLOAT64, 1);
        PreMulSum half = rank.communicator().preMulSum(DataType.FLOAT64, 0.5)) {
      data.copyFrom(4.0);
      rank.communicator().allReduce(data, half); // 0.5 · 4 from every rank
      rank.communicator().defaultStream().synchronize();
      double[] sum = new double[1];
      data.copyTo(sum);
      return sum[0];
    }
    // @end
  }

  static float prepared(Rank rank) {
    // @start region="prepare"
    Communicator comm = rank.communicator();
    try (DeviceBuffer gradients = rank.device().allocate(DataType.FLOAT32, 1024);
        DeviceBuffer loss = rank.device().allocate(DataType.FLOAT32, 1);
        Graph step =
            comm.prepare(
                calls -> { // runs once; nothing is sent yet
                  calls.allReduce(gradients, ReduceOp.AVG);
                  calls.allReduce(loss, ReduceOp.MAX);
                })) {
      loss.copyFrom(1f);
      for (int i = 0; i < 3; i++) {
        gradients.fill((byte) 0, comm.defaultStream());
        step.launch(comm.defaultStream()); // both calls, as one launch
      }
      comm.defaultStream().synchronize();
      float[] largest = new float[1];
      loss.copyTo(largest);
      return largest[0];
    }
    // @end
  }

  static int split(Rank rank) {
    // @start region="split"
    int half = rank.rank() % 2; // even ranks get one communicator, odd ranks another
    try (Communicator child = rank.communicator().split(half, rank.rank())) {
      child.barrier();
      child.defaultStream().synchronize();
      return child.worldSize();
    }
    // @end
  }

  static float window(Rank rank) {
    // @start region="window"
    Communicator comm = rank.communicator();
    try (DeviceBuffer memory = rank.device().allocateRegistrable(DataType.FLOAT32, 1024);
        Window window = comm.registerWindow(memory, WindowFlag.COLLECTIVE_SYMMETRIC)) {
      DeviceBuffer data = memory.slice(0, 1);
      data.copyFrom(1f);
      comm.allReduce(data, ReduceOp.SUM); // may take a symmetric kernel
      comm.defaultStream().synchronize();
      float[] sum = new float[1];
      data.copyTo(sum);
      return sum[0];
    }
    // @end
  }
}
