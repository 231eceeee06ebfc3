package org.jccl.benchmarks.bench;

import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;

/**
 * A way to make calls that is measured beside others.
 *
 * @param name for tables and files: {@code tuned, prepared}
 * @param choice what the communicator is tuned to; its windows say where the buffers lie
 * @param kernels whether jccl's own kernels make small calls
 * @param prepared whether calls are prepared and launched together
 */
public record Way(String name, TuningChoice choice, boolean kernels, boolean prepared) {
  /** NCCL's defaults, call by call: what all others are compared with. */
  public static final Way DEFAULT =
      new Way("default", TuningChoice.none("NCCL's defaults are measured"), false, false);

  /** The same with jccl's own kernels. */
  public Way withKernels() {
    return new Way(name + ", kernels", choice, true, prepared);
  }

  /** What its communicator is tuned to: ways of one tuning share it. */
  Tuning tuning() {
    Tuning tuning = Tuning.of(choice);
    return kernels ? tuning.kernels() : tuning;
  }

  /** The same communicator and memory with prepared calls. */
  public Way prepare() {
    return new Way(name + ", prepared", choice, kernels, true);
  }
}
