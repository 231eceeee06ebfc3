package org.jccl.sim.algo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jccl.config.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * How the collectives of one group share a communicator's channels: each may get other channels,
 * other chunks, even another algorithm than it would alone, and so other bits (PART-05).
 *
 * <p>NCCL sorts the calls roughly by size, decides for neighbours of one kind together, and deals
 * the channels out to one call after the other, in kernels that hold as much as fits. A call alone
 * in its group is the simplest case of that. Immutable.
 */
public final class GroupPlan {
  /** Decides how calls of one kind are carried out. */
  @FunctionalInterface
  public interface Chooser {
    /**
     * @param together what the calls add up to
     * @param perChannel about how many of the group's calls each channel gets
     * @return null if there is no algorithm for it
     */
    @Nullable Choice choose(CollectiveTask together, int perChannel);

    /**
     * The same for a call that may have a configuration of its own.
     *
     * @param limits what it leaves, or null
     */
    default @Nullable Choice choose(
        CollectiveTask together, int perChannel, @Nullable CallLimits limits) {
      return choose(together, perChannel);
    }
  }

  /** Calls of one kind whose traffic is within this factor are decided together. */
  private static final int ALIKE = 4;

  /** From here on each call gets at least {@code minCTAs} channels to share, however small. */
  private static final int LIMITS_OF_EACH_CALL = 23102;

  private final Topology topology;
  private final Buffers buffers;
  private final int version;
  private final ChannelLimits limits;
  private final @Nullable Choice[] choices;
  private final @Nullable ChannelSplit[] splits;
  private final boolean[] isolated;
  private @Nullable Choice last;
  private int undecided = -1;

  private GroupPlan(
      Topology topology, Buffers buffers, int version, ChannelLimits limits, int calls) {
    this.topology = topology;
    this.buffers = buffers;
    this.version = version;
    this.limits = limits;
    this.choices = new Choice[calls];
    this.splits = new ChannelSplit[calls];
    this.isolated = new boolean[calls];
  }

  /**
   * The plan of a group.
   *
   * @param calls in the order in which they were made, none of count 0
   * @param version NCCL's version code, for example 22809
   */
  public static GroupPlan of(
      List<CollectiveTask> calls,
      Topology topology,
      Chooser chooser,
      Buffers buffers,
      int version) {
    List<PlacedCall> placed = calls.stream().map(PlacedCall::plain).toList();
    return of(placed, call -> false, topology, chooser, buffers, version, ChannelLimits.none());
  }

  /**
   * The plan of a group of calls on buffers of any kind.
   *
   * @param isPutBack whether NCCL has taken a call out for a symmetric kernel, and put it back
   * @param limits the communicator's, which since 2.31.2 hold for each call, too (CFG-05)
   */
  public static GroupPlan of(
      List<PlacedCall> placed,
      Predicate<PlacedCall> isPutBack,
      Topology topology,
      Chooser chooser,
      Buffers buffers,
      int version,
      ChannelLimits limits) {
    List<CollectiveTask> calls = placed.stream().map(PlacedCall::call).toList();
    GroupPlan plan = new GroupPlan(topology, buffers, version, limits, calls.size());
    List<Integer> order = plan.decide(placed, isPutBack, chooser);
    if (plan.isDecided()) {
      plan.deal(calls, order);
    }
    return plan;
  }

  /** Whether there is an algorithm for each call; if not, none of them may run. */
  public boolean isDecided() {
    return undecided < 0;
  }

  /** The first call for which there is no algorithm, or -1. */
  public int undecided() {
    return undecided;
  }

  /** What was chosen for a call. */
  public Choice choice(int call) {
    Choice choice = choices[call];
    if (choice == null) {
      throw new IllegalStateException("nothing was chosen for call " + call);
    }
    return choice;
  }

  /** How a call is split. */
  public ChannelSplit split(int call) {
    ChannelSplit split = splits[call];
    if (split == null) {
      throw new IllegalStateException("call " + call + " has no channels");
    }
    return split;
  }

  /** The last decision: its time is the group's estimate (GRP-31). */
  public @Nullable Choice last() {
    return last;
  }

  // ---------------------------------------------------------------- decisions

  /** Chooses for every call; the calls in the order in which they get their channels. */
  private List<Integer> decide(
      List<PlacedCall> placed, Predicate<PlacedCall> isPutBack, Chooser chooser) {
    List<CollectiveTask> calls = placed.stream().map(PlacedCall::call).toList();
    int worldSize = topology.worldSize();
    int perChannel = Math.ceilDiv(calls.size(), topology.channels());
    List<Integer> order = new ArrayList<>(calls.size());
    for (List<Integer> kind : byKind(placed, isPutBack)) {
      int from = 0;
      while (from < kind.size()) {
        CollectiveTask first = calls.get(kind.get(from));
        long count = first.count();
        int to = from + 1;
        CallLimits own = placed.get(kind.get(from)).limits();
        while (to < kind.size()
            && !placed.get(kind.get(from)).isIsolated()
            && !placed.get(kind.get(to)).isIsolated()
            && calls.get(kind.get(to)).traffic(worldSize) < ALIKE * first.traffic(worldSize)) {
          count += calls.get(kind.get(to)).count();
          to++;
        }
        Choice choice = chooser.choose(first.withCount(count), perChannel, own);
        if (choice == null) {
          undecided = kind.get(from);
          return order;
        }
        choice = limited(choice, own);
        last = choice;
        for (int call : kind.subList(from, to)) {
          choices[call] = placed.get(call).isRegistered() ? choice.inRegisteredMemory() : choice;
          isolated[call] = placed.get(call).isIsolated();
          order.add(call);
        }
        from = to;
      }
    }
    return order;
  }

  private Choice limited(Choice choice, @Nullable CallLimits own) {
    if (own != null) {
      return own.limit(choice, limits, topology.channels());
    }
    return version < LIMITS_OF_EACH_CALL
        ? choice
        : CallLimits.asCommunicator().limit(choice, limits, topology.channels());
  }

  private List<List<Integer>> byKind(List<PlacedCall> calls, Predicate<PlacedCall> isPutBack) {
    List<Integer> sorted =
        descending(
            IntStream.range(0, calls.size()).boxed().toList(),
            call -> calls.get(call).call().traffic(topology.worldSize()));
    List<Integer> others = new ArrayList<>();
    List<Integer> takenOut = new ArrayList<>();
    for (int call : sorted) {
      (isPutBack.test(calls.get(call)) ? takenOut : others).add(call);
    }
    // What was put back comes last, and smallest first.
    binned(takenOut, (a, b) -> calls.get(a).isLike(calls.get(b))).forEach(others::addAll);
    return binned(others, (a, b) -> calls.get(a).call().isLike(calls.get(b).call()));
  }

  /**
   * The calls of each kind, smallest first; the kinds in the order of their largest call. Sizes are
   * compared by {@link #sizeClass}, calls of one class stay in the order in which they were made.
   */
  static List<List<Integer>> byKind(
      List<Integer> calls, IntToLongFunction traffic, BiPredicate<Integer, Integer> alike) {
    return binned(descending(calls, traffic), alike);
  }

  private static List<Integer> descending(List<Integer> calls, IntToLongFunction traffic) {
    List<Integer> descending = new ArrayList<>(calls.reversed()); // the last one is on top
    descending.sort(
        (a, b) ->
            Integer.compare(sizeClass(traffic.applyAsLong(b)), sizeClass(traffic.applyAsLong(a))));
    return descending;
  }

  /** Calls by kind, in the order in which the kinds first appear; each kind in reverse order. */
  private static List<List<Integer>> binned(
      List<Integer> sorted, BiPredicate<Integer, Integer> alike) {
    List<List<Integer>> kinds = new ArrayList<>();
    for (int call : sorted) {
      List<Integer> own = null;
      for (List<Integer> kind : kinds) {
        own = alike.test(kind.getFirst(), call) ? kind : own;
      }
      if (own == null) {
        own = new ArrayList<>();
        kinds.add(own);
      }
      own.add(call);
    }
    kinds.forEach(Collections::reverse);
    return kinds;
  }

  /** Classes of traffic: four for each power of two, from 1 KiB to 1 GiB. */
  private static int sizeClass(long traffic) {
    int units = (int) (Math.min(traffic, 1L << 30) >> 10);
    int log = 31 - Integer.numberOfLeadingZeros(units | 1);
    int quarter = (units >> Math.max(0, log - 2)) & 3;
    return (log >= 2 ? log - 1 : 0) << 2 | quarter;
  }

  // ---------------------------------------------------------------- channels

  private void deal(List<CollectiveTask> calls, List<Integer> order) {
    int from = 0;
    while (from < order.size()) {
      from = dealOneKernel(calls, order, from);
    }
  }

  /** Gives channels to as many calls as one kernel takes; where the next kernel begins. */
  private int dealOneKernel(List<CollectiveTask> calls, List<Integer> order, int from) {
    KernelRoom room = new KernelRoom(topology.channels());
    long least = ChannelSplit.leastTraffic(version);
    long traffic = 0;
    int channels = 0;
    int planned = 0;
    boolean isFull = false;
    while (from + planned < order.size() && room.takesAbout(planned) && !isFull) {
      int call = order.get(from + planned);
      if (isolated[call] && planned > 0) {
        break; // it starts a kernel of its own
      }
      isFull = isolated[call];
      traffic += Math.max(least, trafficOf(calls, call));
      channels = Math.min(channels + choice(call).maxChannels(), topology.channels());
      planned++;
    }
    ChannelSplit.Share share =
        new ChannelSplit.Share(ChannelSplit.budget(traffic, channels, version), version);
    for (int i = from; i < from + planned; i++) {
      int call = order.get(i);
      CollectiveTask own = calls.get(call);
      ChannelSplit split =
          ChannelSplit.of(
              own.operation(),
              own.type().bytes(),
              own.count(),
              topology,
              choice(call),
              buffers,
              share);
      if (!room.has(split.parts())) {
        return i;
      }
      room.take(split.firstChannel(), split.parts(), own.kernel(choice(call)));
      splits[call] = split;
    }
    return from + planned;
  }

  private long trafficOf(List<CollectiveTask> calls, int call) {
    long own = calls.get(call).traffic(topology.worldSize());
    return choice(call).protocol() == Protocol.LL ? 4 * own : own;
  }

  /** What fits into the arguments of one kernel and half of the work queue. */
  private static final class KernelRoom {
    private static final int WORK_BYTES = 96;
    private static final int BATCH_BYTES = 16;
    private static final int MOST_BATCHED = 1024 / WORK_BYTES;
    private static final int ARGUMENT_BYTES = 4096 - 32;
    private static final int QUEUE_BYTES = (1 << 20) / 2;

    /** How far behind the first call of a batch another one of it may be. */
    private static final int REACH = 63;

    private final int[] kernels;
    private final int[] batched;
    private final int[] batchStart;
    private int batches;
    private int calls;

    KernelRoom(int channels) {
      kernels = new int[channels];
      batched = new int[channels];
      batchStart = new int[channels];
      Arrays.fill(kernels, -1);
    }

    /** NCCL's guess before channels are dealt out: four calls a batch. */
    boolean takesAbout(int more) {
      return fits(Math.ceilDiv(more, 4), (long) WORK_BYTES * (more + 1));
    }

    /** Whether another call fits even if it needs a new batch on each of its channels. */
    boolean has(int parts) {
      return fits(batches + parts, (long) WORK_BYTES * (calls + 1));
    }

    private static boolean fits(int batches, long work) {
      long all = (long) batches * BATCH_BYTES;
      return all + work <= ARGUMENT_BYTES || (all <= ARGUMENT_BYTES && work <= QUEUE_BYTES);
    }

    void take(int firstChannel, int parts, int kernel) {
      for (int channel = firstChannel; channel < firstChannel + parts; channel++) {
        boolean fresh = kernels[channel] != kernel || batched[channel] == MOST_BATCHED;
        if (fresh) {
          batched[channel] = 0;
        }
        if (fresh || calls - batchStart[channel] > REACH) {
          batchStart[channel] = calls;
          batches++;
        }
        kernels[channel] = kernel;
        batched[channel]++;
      }
      calls++;
    }
  }
}
