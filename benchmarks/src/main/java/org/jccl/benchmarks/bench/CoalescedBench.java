package org.jccl.benchmarks.bench;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.config.Tuning;
import org.jspecify.annotations.Nullable;

/**
 * Measures many small all-reduces: as a group, as one call of parts that lie side by side, and as
 * one call of parts that are copied; each by itself and prepared, in rounds and in turns. Times are
 * those of all parts together.
 */
public final class CoalescedBench {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long SEED = 99;
  private static final int CALLS = 60;
  private static final int PREPARED = 10;

  /**
   * What is measured.
   *
   * @param parts how many all-reduces
   * @param sizes bytes of each of them
   * @param kernels whether a communicator with jccl's own kernels is measured, too
   * @param rounds rounds, in each of which every way has its turn
   * @param compiling calls that are made first, so that the JVM has compiled them
   */
  public record Plan(
      List<Integer> parts, List<Long> sizes, boolean kernels, int rounds, int compiling) {
    /** With immutable lists. */
    public Plan {
      parts = List.copyOf(parts);
      sizes = List.copyOf(sizes);
    }

    /** The ways, the reference first. */
    public List<String> ways() {
      List<String> ways = new ArrayList<>();
      for (String kernel : kernels ? List.of("", ", kernels") : List.of("")) {
        for (String how : List.of("", ", prepared")) {
          for (Form form : Form.values()) {
            ways.add(form.label + kernel + how);
          }
        }
      }
      return ways;
    }

    /** Lines of the table. */
    public int size() {
      return parts.size() * sizes.size();
    }
  }

  private enum Form {
    GROUP("group"),
    SIDE_BY_SIDE("coalesced"),
    COPIED("coalesced, copied");

    private final String label;

    Form(String label) {
      this.label = label;
    }
  }

  private final Rank rank;
  private final Plan plan;
  private boolean isCompiled;

  private CoalescedBench(Rank rank, Plan plan) {
    this.rank = rank;
    this.plan = plan;
  }

  /**
   * Measures everything; returns when all ranks are done.
   *
   * @param told rank 0 tells the times of each number of parts and size
   */
  public static void run(Backend backend, int ranks, Plan plan, Consumer<List<WayTimes>> told) {
    Ranks.run(
        backend,
        ranks,
        CommunicatorConfig.builder().tuning(Tuning.OFF).build(),
        List.of(),
        rank -> new CoalescedBench(rank, plan).measureAll(told));
  }

  private void measureAll(Consumer<List<WayTimes>> told) {
    CommunicatorConfig config =
        CommunicatorConfig.builder().name("kernels").tuning(Tuning.OFF.kernels()).build();
    Map<String, Communicator> communicators = new LinkedHashMap<>();
    communicators.put("", rank.communicator());
    try {
      if (plan.kernels) {
        communicators.put(
            ", kernels", Communicator.open(rank.processGroup(), rank.device(), config));
      }
      for (int parts : plan.parts) {
        for (long bytes : plan.sizes) {
          List<WayTimes> times = measure(communicators, parts, bytes);
          if (rank.rank() == 0) {
            told.accept(times);
          }
        }
      }
    } finally {
      communicators.values().stream().skip(1).forEach(Communicator::close);
      rank.processGroup().barrier(PATIENCE);
    }
  }

  /** The memory of one number of parts and size. */
  private final class Memory implements AutoCloseable {
    private final DeviceBuffer whole;
    private final List<DeviceBuffer> inRow = new ArrayList<>();
    private final List<DeviceBuffer> apart = new ArrayList<>();

    Memory(int parts, long bytes) {
      long count = bytes / DataType.FLOAT32.bytes();
      whole = rank.device().allocate(DataType.FLOAT32, count * parts);
      whole.copyFrom(new float[Math.toIntExact(whole.count())]);
      for (int i = 0; i < parts; i++) {
        inRow.add(whole.slice(count * i, count));
        DeviceBuffer own = rank.device().allocate(DataType.FLOAT32, count);
        own.copyFrom(new float[Math.toIntExact(count)]);
        apart.add(own);
      }
    }

    @Override
    public void close() {
      apart.forEach(DeviceBuffer::close);
      whole.close();
    }
  }

  /** One way, ready to be measured. */
  private final class Ready implements AutoCloseable {
    private final Communicator comm;
    private final Form form;
    private final Memory memory;
    private final @Nullable Graph sequence;
    private final double[] micros = new double[plan.rounds];

    Ready(Communicator comm, Form form, boolean isPrepared, Memory memory) {
      this.comm = comm;
      this.form = form;
      this.memory = memory;
      this.sequence = isPrepared ? comm.prepare(c -> repeat(PREPARED)) : null;
    }

    private void repeat(int times) {
      for (int i = 0; i < times; i++) {
        issue();
      }
    }

    private void issue() {
      switch (form) {
        case GROUP -> comm.group(calls -> reduce(calls, memory.inRow));
        case SIDE_BY_SIDE -> comm.coalesced(calls -> reduce(calls, memory.inRow));
        case COPIED -> comm.coalesced(calls -> reduce(calls, memory.apart));
      }
    }

    private static void reduce(Collectives calls, List<DeviceBuffer> parts) {
      for (DeviceBuffer each : parts) {
        calls.allReduce(each, ReduceOp.SUM);
      }
    }

    void measure(int round) {
      rank.processGroup().barrier(PATIENCE);
      long begin = System.nanoTime();
      if (sequence == null) {
        repeat(CALLS);
      } else {
        for (int i = 0; i < CALLS; i += PREPARED) {
          sequence.launch(comm.defaultStream());
        }
      }
      comm.defaultStream().synchronize();
      micros[round] = (System.nanoTime() - begin) / 1e3 / CALLS;
    }

    @Override
    public void close() {
      if (sequence != null) {
        sequence.close();
      }
    }
  }

  private List<WayTimes> measure(Map<String, Communicator> communicators, int parts, long bytes) {
    List<Ready> ready = new ArrayList<>();
    try (Memory memory = new Memory(parts, bytes)) {
      for (Communicator comm : communicators.values()) {
        for (boolean isPrepared : new boolean[] {false, true}) {
          for (Form form : Form.values()) {
            ready.add(new Ready(comm, form, isPrepared, memory));
          }
        }
      }
      try {
        return rounds(ready, parts, bytes);
      } finally {
        ready.forEach(Ready::close);
        rank.processGroup().barrier(PATIENCE);
      }
    }
  }

  private List<WayTimes> rounds(List<Ready> ready, int parts, long bytes) {
    for (int calls = 0; calls < (isCompiled ? 1 : plan.compiling); calls += CALLS) {
      ready.forEach(each -> each.measure(0)); // written again by the first round
    }
    isCompiled = true;
    List<Ready> shuffled = new ArrayList<>(ready);
    Random order = new Random(SEED); // the same on all ranks
    for (int round = 0; round < plan.rounds; round++) {
      Collections.shuffle(shuffled, order);
      for (Ready each : shuffled) {
        each.measure(round);
      }
    }
    List<WayTimes> times = new ArrayList<>();
    for (int i = 0; i < ready.size(); i++) {
      times.add(
          new WayTimes(
              parts + " all_reduce", bytes, plan.ways().get(i), slowest(ready.get(i).micros), -1));
    }
    return times;
  }

  private double[] slowest(double[] mine) {
    ByteBuffer out = ByteBuffer.allocate(mine.length * Double.BYTES);
    Arrays.stream(mine).forEach(out::putDouble);
    double[] micros = mine.clone();
    for (byte[] each : rank.processGroup().allGather(out.array())) {
      ByteBuffer in = ByteBuffer.wrap(each);
      for (int i = 0; i < micros.length; i++) {
        micros[i] = Math.max(micros[i], in.getDouble());
      }
    }
    return micros;
  }
}
