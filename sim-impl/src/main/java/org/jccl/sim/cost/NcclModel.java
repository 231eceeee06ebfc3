package org.jccl.sim.cost;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.TopologySearch;
import org.jccl.sim.machine.GpuProfile;

/**
 * NCCL's own estimates, as {@code ncclGroupSimulateEnd} reports them: not calibrated, made for
 * choosing among algorithms. For messages NCCL has no model; here they take the latency of a ring's
 * step and the bandwidth of a GPU's links.
 */
public final class NcclModel implements CostModel {
  private static final double MESSAGE_MICROS = 11.8;
  private static final int MOST_KEPT = 64;
  private static final Map<Machine, NcclModel> KEPT = new ConcurrentHashMap<>();

  private record Machine(GpuProfile profile, int version) {
    @Override
    public int hashCode() {
      return 31 * profile.name().hashCode() + version;
    }
  }

  private final TopologySearch search;
  private final Map<Integer, Tuner> tuners = new ConcurrentHashMap<>();

  /** The model of the machine and the version that {@code search} knows. */
  public NcclModel(TopologySearch search) {
    this.search = search;
  }

  /** The model of a machine that imitates {@code version}; mostly the same for the same one. */
  public static NcclModel of(GpuProfile profile, int version) {
    if (KEPT.size() > MOST_KEPT) {
      KEPT.clear();
    }
    return KEPT.computeIfAbsent(
        new Machine(profile, version),
        machine -> new NcclModel(new TopologySearch(machine.profile, machine.version)));
  }

  /** The machine. */
  public TopologySearch search() {
    return search;
  }

  @Override
  public String profile() {
    return search.profile().name();
  }

  @Override
  public Tuner tuner(int ranks) {
    return tuners.computeIfAbsent(ranks, n -> Tuner.of(search, n));
  }

  @Override
  public double collective(Tuner tuner, Operation operation, Choice choice, long bytes) {
    return tuner.time(operation, choice.algorithm(), choice.protocol(), bytes, 1);
  }

  @Override
  public double message(Operation operation, long bytes) {
    return messageLatency() + bytes / messageBandwidth();
  }

  /** Microseconds of an empty message. */
  double messageLatency() {
    return MESSAGE_MICROS;
  }

  /** Bytes a message moves in a microsecond. */
  double messageBandwidth() {
    GpuProfile machine = search.profile();
    return NANOS * (machine.hasSwitch() ? machine.switchGigabytes() : machine.pciGigabytes());
  }
}
