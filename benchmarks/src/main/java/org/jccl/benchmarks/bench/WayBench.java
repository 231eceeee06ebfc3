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
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.CallForecast;
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

  private final List<NcclPeer> peers;

  private WayBench(Rank rank, WayPlan plan, List<NcclPeer> peers, Patterns patterns) {
    this.rank = rank;
    this.peers = peers;
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
    run(backend, ranks, plan, List.of(), told, failure -> {});
  }

  /**
   * The same beside other programs, which measure all sizes of an operation in one turn.
   *
   * @param peers rank 0 lets them have their turns; their times come behind the ways'
   * @param failed rank 0 tells what goes wrong in a peer, which has no more turns with that
   *     operation, and why there are no own kernels where a way wants them
   */
  public static void run(
      Backend backend,
      int ranks,
      WayPlan plan,
      List<NcclPeer> peers,
      Consumer<List<WayTimes>> told,
      Consumer<String> failed) {
    Patterns patterns = new Patterns(ranks, SEED);
    Ranks.run(
        backend,
        ranks,
        CommunicatorConfig.builder().tuning(Tuning.OFF).build(),
        List.of(),
        rank -> new WayBench(rank, plan, peers, patterns).measureAll(told, failed));
  }

  private void measureAll(Consumer<List<WayTimes>> told, Consumer<String> failed) {
    try {
      for (Way way : plan.ways()) {
        communicators.computeIfAbsent(way.tuning(), this::open);
      }
      plan.ways().stream().filter(Way::kernels).findFirst().ifPresent(way -> look(way, failed));
      for (List<BenchCase> together : plan.together(rank.worldSize(), !peers.isEmpty())) {
        List<List<WayTimes>> times = measure(together, failed);
        if (rank.rank() == 0) {
          times.forEach(told);
        }
      }
    } finally {
      communicators.values().forEach(Communicator::close);
      rank.processGroup().barrier(PATIENCE); // see Communicator.close
    }
  }

  /** Where there are no own kernels, NCCL makes the calls of these ways: that has to be said. */
  private void look(Way way, Consumer<String> failed) {
    if (rank.rank() == 0) {
      try (DeviceBuffer one = rank.device().allocate(DataType.FLOAT32, 1)) {
        CallForecast call =
            communicator(way).plan(calls -> calls.allReduce(one, ReduceOp.SUM)).getFirst();
        if (!call.isOwnKernel()) {
          failed.accept("there are no own kernels, NCCL makes the calls: " + call.why());
        }
      }
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

  /** Cases that are measured in the same rounds; the times of each. */
  private List<List<WayTimes>> measure(List<BenchCase> together, Consumer<String> failed) {
    List<Ready> ready = new ArrayList<>();
    List<CaseBuffers> memory = new ArrayList<>();
    try {
      for (BenchCase each : together) {
        prepare(each, ready, memory);
      }
      return rounds(together, ready, failed);
    } finally {
      ready.forEach(Ready::close);
      memory.reversed().forEach(CaseBuffers::close);
      rank.processGroup().barrier(PATIENCE);
    }
  }

  private void prepare(BenchCase benchCase, List<Ready> ready, List<CaseBuffers> memory) {
    Map<Tuning, CaseBuffers> windows = new LinkedHashMap<>();
    CaseBuffers plain = CaseBuffers.outOfPlace(benchCase, rank);
    memory.add(plain);
    for (Way way : plan.ways()) {
      Communicator comm = communicator(way);
      CaseBuffers buffers = plain.on(comm.defaultStream());
      if (way.choice().windows()) {
        CaseBuffers own = windows.get(way.tuning());
        if (own == null) {
          own = CaseBuffers.of(benchCase, rank, comm);
          windows.put(way.tuning(), own);
          memory.add(own);
        }
        buffers = own;
      }
      ready.add(new Ready(benchCase, way, buffers, comm));
    }
  }

  private Communicator communicator(Way way) {
    Communicator comm = communicators.get(way.tuning());
    if (comm == null) {
      throw new IllegalStateException(way + " has no communicator");
    }
    return comm;
  }

  private List<List<WayTimes>> rounds(
      List<BenchCase> together, List<Ready> ready, Consumer<String> failed) {
    long[] wrong = new long[ready.size()];
    for (int i = 0; i < wrong.length; i++) {
      wrong[i] = ready.get(i).firstResult();
    }
    for (int first = 0; first < ready.size(); first += plan.ways().size()) {
      compile(ready.subList(first, first + plan.ways().size()));
    }
    List<PeerTurns> others = others(together);
    takeTurns(ready, others);
    List<List<WayTimes>> times = new ArrayList<>();
    for (int i = 0; i < ready.size(); i++) {
      Ready each = ready.get(i);
      if (i % plan.ways().size() == 0) {
        times.add(new ArrayList<>());
      }
      times
          .getLast()
          .add(
              slowest(
                  new WayTimes(
                      each.benchCase.workload().label(),
                      each.benchCase.bytes(rank.worldSize()),
                      plan.ways().get(i % plan.ways().size()).name(),
                      each.micros,
                      wrong[i])));
    }
    for (PeerTurns other : others) {
      times.forEach(
          line -> Optional.ofNullable(other.times(line.getFirst().bytes())).ifPresent(line::add));
      Optional.ofNullable(other.failure()).filter(none -> rank.rank() == 0).ifPresent(failed);
    }
    return times;
  }

  private List<PeerTurns> others(List<BenchCase> together) {
    Workload workload = together.getFirst().workload();
    List<Long> sizes = together.stream().map(each -> each.bytes(rank.worldSize())).toList();
    return peers.stream().map(peer -> new PeerTurns(peer, workload, sizes)).toList();
  }

  /** Calls of an operation that were never made are slow: all ways of its first case make some. */
  private void compile(List<Ready> ways) {
    if (compiled.add(ways.getFirst().benchCase.workload())) {
      for (int calls = 0; calls < callsToCompile; calls += ways.getFirst().calls()) {
        ways.forEach(each -> each.measure(0)); // written again by the first round
      }
    }
  }

  private void takeTurns(List<Ready> ready, List<PeerTurns> others) {
    Random order = new Random(SEED); // the same on all ranks
    List<Runnable> turns = new ArrayList<>();
    int[] round = {0};
    boolean[] isCold = {false};
    for (Ready each : ready) {
      turns.add(
          () -> {
            if (isCold[0]) {
              each.measure(round[0]); // another program had the machine: not counted
              isCold[0] = false;
            }
            each.measure(round[0]);
          });
    }
    for (PeerTurns other : others) {
      turns.add(
          () -> {
            rank.processGroup().barrier(PATIENCE);
            if (rank.rank() == 0) {
              other.take();
            }
            rank.processGroup().barrier(PATIENCE);
            isCold[0] = true;
          });
    }
    for (; round[0] < plan.rounds(); round[0]++) {
      Collections.shuffle(turns, order);
      turns.forEach(Runnable::run);
    }
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
