package org.jccl.benchmarks.bench;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.Graph;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.config.Tuning;
import org.jspecify.annotations.Nullable;

/**
 * Measures calls in several ways, one after the other in every round and in another order each
 * time: what changes a host's speed from second to second meets all of them alike.
 */
public final class WayBench {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long SEED = 99;
  private static final int MOST_PREPARED = 20;
  private static final int WARM_UPS = 3;

  /** Calls are slow until the JVM has compiled them, which takes so many. */
  private static final int CALLS_TO_COMPILE = 20_000;

  /** A call of the simulator takes so long that fewer show it. */
  private static final int SIMULATED_TO_COMPILE = 3_000;

  private final Rank rank;
  private final WayPlan plan;
  private final Patterns patterns;
  private final int callsToCompile;
  private final Set<Workload> compiled = new HashSet<>();
  private final Map<Tuning, Communicator> communicators = new LinkedHashMap<>();

  private WayBench(Rank rank, WayPlan plan, Patterns patterns) {
    this.rank = rank;
    this.callsToCompile =
        rank.backend().name().equals("sim") ? SIMULATED_TO_COMPILE : CALLS_TO_COMPILE;
    this.plan = plan;
    this.patterns = patterns;
  }

  /**
   * Measures everything; returns when all ranks are done.
   *
   * @param told rank 0 tells the times of each operation and size as soon as they are there
   * @throws RuntimeException if a rank failed; the message is {@link Ranks}' report
   */
  public static void run(Backend backend, int ranks, WayPlan plan, Consumer<List<WayTimes>> told) {
    Patterns patterns = new Patterns(ranks, SEED);
    Ranks.run(
        backend,
        ranks,
        CommunicatorConfig.builder().tuning(Tuning.OFF).build(),
        List.of(),
        rank -> new WayBench(rank, plan, patterns).measureAll(told));
  }

  private void measureAll(Consumer<List<WayTimes>> told) {
    try {
      for (Way way : plan.ways()) {
        communicators.computeIfAbsent(way.tuning(), this::open);
      }
      for (BenchCase each : plan.cases(rank.worldSize())) {
        List<WayTimes> times = measure(each);
        if (rank.rank() == 0) {
          told.accept(times);
        }
      }
    } finally {
      communicators.values().forEach(Communicator::close);
      rank.processGroup().barrier(PATIENCE); // see Communicator.close
    }
  }

  private Communicator open(Tuning tuning) {
    CommunicatorConfig config =
        CommunicatorConfig.builder().name("bench-" + communicators.size()).tuning(tuning).build();
    return Communicator.open(rank.processGroup(), rank.device(), config);
  }

  /** One way, ready to be measured. */
  private final class Ready implements AutoCloseable {
    private final BenchCase benchCase;
    private final CaseBuffers buffers;
    private final Communicator comm;
    private final @Nullable Graph sequence;
    private final int perLaunch;
    private final int launches;
    private final double[] micros = new double[plan.rounds()];

    Ready(BenchCase benchCase, Way way, CaseBuffers buffers, Communicator comm) {
      this.benchCase = benchCase;
      this.buffers = buffers;
      this.comm = comm;
      int calls = WayPlan.callsFor(benchCase.bytes(rank.worldSize()));
      this.perLaunch = way.prepared() ? Math.min(calls, MOST_PREPARED) : 1;
      this.launches = calls / perLaunch;
      this.sequence = way.prepared() ? comm.prepare(c -> issue(perLaunch)) : null;
    }

    private void issue(int times) {
      for (int i = 0; i < times; i++) {
        ReduceOp op = benchCase.op();
        benchCase.workload().issue(comm, buffers, op, benchCase.root());
      }
    }

    void launch() {
      if (sequence == null) {
        issue(1);
      } else {
        sequence.launch(buffers.stream());
      }
    }

    long firstResult() {
      ResultCheck check = new ResultCheck(benchCase, rank, patterns);
      boolean looks = benchCase.bytes(rank.worldSize()) <= plan.checkedBytes();
      if (looks) {
        check.fill(buffers);
      }
      rank.processGroup().barrier(PATIENCE);
      for (int i = 0; i < WARM_UPS; i++) {
        launch();
      }
      buffers.stream().synchronize();
      return looks ? check.countWrong(buffers) : -1;
    }

    int calls() {
      return launches * perLaunch;
    }

    void measure(int round) {
      rank.processGroup().barrier(PATIENCE);
      long begin = System.nanoTime();
      for (int i = 0; i < launches; i++) {
        launch();
      }
      buffers.stream().synchronize();
      micros[round] = (System.nanoTime() - begin) / 1e3 / calls();
    }

    @Override
    public void close() {
      if (sequence != null) {
        sequence.close();
      }
    }
  }

  private List<WayTimes> measure(BenchCase benchCase) {
    Map<Tuning, CaseBuffers> windows = new LinkedHashMap<>();
    List<Ready> ready = new ArrayList<>();
    try (CaseBuffers plain = CaseBuffers.outOfPlace(benchCase, rank)) {
      try {
        for (Way way : plan.ways()) {
          Communicator comm = communicator(way);
          CaseBuffers buffers =
              way.choice().windows()
                  ? windows.computeIfAbsent(
                      way.tuning(), tuning -> CaseBuffers.of(benchCase, rank, comm))
                  : plain.on(comm.defaultStream());
          ready.add(new Ready(benchCase, way, buffers, comm));
        }
        return rounds(benchCase, ready);
      } finally {
        ready.forEach(Ready::close);
        windows.values().forEach(CaseBuffers::close);
        rank.processGroup().barrier(PATIENCE);
      }
    }
  }

  private Communicator communicator(Way way) {
    Communicator comm = communicators.get(way.tuning());
    if (comm == null) {
      throw new IllegalStateException(way + " has no communicator");
    }
    return comm;
  }

  private List<WayTimes> rounds(BenchCase benchCase, List<Ready> ready) {
    long[] wrong = new long[ready.size()];
    for (int i = 0; i < wrong.length; i++) {
      wrong[i] = ready.get(i).firstResult();
    }
    Random order = new Random(SEED); // the same on all ranks
    List<Ready> shuffled = new ArrayList<>(ready);
    if (compiled.add(benchCase.workload())) {
      for (int calls = 0; calls < callsToCompile; calls += ready.getFirst().calls()) {
        ready.forEach(each -> each.measure(0)); // written again by the first round
      }
    }
    for (int round = 0; round < plan.rounds(); round++) {
      Collections.shuffle(shuffled, order);
      for (Ready each : shuffled) {
        each.measure(round);
      }
    }
    List<WayTimes> times = new ArrayList<>();
    for (int i = 0; i < wrong.length; i++) {
      times.add(
          slowest(
              new WayTimes(
                  benchCase.workload().label(),
                  benchCase.bytes(rank.worldSize()),
                  plan.ways().get(i).name(),
                  ready.get(i).micros,
                  wrong[i])));
    }
    return times;
  }

  /** What the slowest rank took in each round, and what is wrong on any. */
  private WayTimes slowest(WayTimes mine) {
    ByteBuffer out = ByteBuffer.allocate((mine.micros().length + 1) * Double.BYTES);
    Arrays.stream(mine.micros()).forEach(out::putDouble);
    out.putLong(mine.wrong());
    double[] micros = mine.micros().clone();
    long wrong = mine.wrong();
    for (byte[] each : rank.processGroup().allGather(out.array())) {
      ByteBuffer in = ByteBuffer.wrap(each);
      for (int i = 0; i < micros.length; i++) {
        micros[i] = Math.max(micros[i], in.getDouble());
      }
      wrong = Math.max(wrong, in.getLong());
    }
    return new WayTimes(mine.operation(), mine.bytes(), mine.way(), micros, wrong);
  }
}
