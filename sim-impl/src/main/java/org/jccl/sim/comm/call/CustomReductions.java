package org.jccl.sim.comm.call;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.ops.Call;
import org.jccl.sim.device.Simulation;
import org.jspecify.annotations.Nullable;

/** The custom reductions of one rank (rules PMS-01 to PMS-11). */
public final class CustomReductions {
  private final Simulation simulation;
  private final Map<Integer, CustomReduction> scales = new HashMap<>();

  /** None yet. */
  public CustomReductions(Simulation simulation) {
    this.simulation = simulation;
  }

  /** The one that NCCL's code names, or null. */
  public @Nullable CustomReduction find(int code) {
    return code < Call.PRE_MUL_SUM ? null : scales.get(code);
  }

  /** Makes a PreMulSum with fixed bits; its code is never used again (SIM-52). */
  public int create(DataType type, long bits) {
    int code = simulation.reductions().getAndIncrement();
    scales.put(code, new CustomReduction(type, bits, null));
    return code;
  }

  /** Makes a PreMulSum whose scalar is read from device memory when it runs. */
  public int create(DataType type, MemorySegment scalar) {
    int code = simulation.reductions().getAndIncrement();
    scales.put(code, new CustomReduction(type, 0, scalar));
    return code;
  }

  /** Makes a PreMulSum of a type that there is not: whoever uses it is refused (PMS-09). */
  public int createOfNoType() {
    int code = simulation.reductions().getAndIncrement();
    scales.put(code, new CustomReduction(null, 0, null));
    return code;
  }

  /** Destroys a PreMulSum; calls that were made keep their scalar (PMS-07). */
  public boolean destroy(int code) {
    return scales.remove(code) != null;
  }

  /** They go with their communicator. */
  public void clear() {
    scales.clear();
  }
}
