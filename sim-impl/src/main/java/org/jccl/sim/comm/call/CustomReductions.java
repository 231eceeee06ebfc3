package org.jccl.sim.comm.call;

import java.util.HashMap;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.ops.Call;
import org.jccl.sim.check.Lifetimes;
import org.jccl.sim.check.Lifetimes.Origin;
import org.jccl.sim.device.KeptMemory;
import org.jccl.sim.device.Simulation;
import org.jspecify.annotations.Nullable;

/** The custom reductions of one rank (rules PMS-01 to PMS-11). */
public final class CustomReductions {
  private final Simulation simulation;
  private final int device;
  private final Map<Integer, CustomReduction> scales = new HashMap<>();
  private final Map<Integer, Origin> origins = new HashMap<>();

  /** None yet, of a rank on the {@code device}th device. */
  public CustomReductions(Simulation simulation, int device) {
    this.simulation = simulation;
    this.device = device;
  }

  /** The one that NCCL's code names, or null. */
  public @Nullable CustomReduction find(int code) {
    return code < Call.PRE_MUL_SUM ? null : scales.get(code);
  }

  /** Makes a PreMulSum with fixed bits; its code is never used again (SIM-52). */
  public int create(DataType type, long bits) {
    return add(new CustomReduction(type, bits, null));
  }

  /** Makes a PreMulSum whose scalar is read from device memory when it runs. */
  public int create(DataType type, KeptMemory scalar) {
    return add(new CustomReduction(type, 0, scalar));
  }

  /** Makes a PreMulSum of a type that there is not: whoever uses it is refused (PMS-09). */
  public int createOfNoType() {
    return add(new CustomReduction(null, 0, null));
  }

  private int add(CustomReduction made) {
    int code = simulation.reductions().getAndIncrement();
    scales.put(code, made);
    origins.put(code, simulation.lifetimes().open(Lifetimes.Kind.REDUCTION, device));
    return code;
  }

  /** Destroys a PreMulSum; calls that were made keep their scalar (PMS-07). */
  public boolean destroy(int code) {
    Origin origin = origins.remove(code);
    if (origin != null) {
      simulation.lifetimes().close(origin);
    }
    CustomReduction gone = scales.remove(code);
    if (gone != null) {
      release(gone);
    }
    return gone != null;
  }

  private static void release(CustomReduction gone) {
    if (gone.device() != null) {
      gone.device().release();
    }
  }

  /** They go with their communicator. */
  public void clear() {
    origins.values().forEach(simulation.lifetimes()::close);
    origins.clear();
    scales.values().forEach(CustomReductions::release);
    scales.clear();
  }

  /** Their communicator is closed and takes them along: nobody has closed them. */
  public void leave() {
    origins.values().forEach(simulation.lifetimes()::leave);
    origins.clear();
  }
}
