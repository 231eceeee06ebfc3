package org.jccl.benchmarks.bench;

import org.jccl.config.TuningChoice;

/**
 * A way to make calls that is measured beside others.
 *
 * @param name for tables and files: {@code tuned, prepared}
 * @param choice what the communicator is tuned to; its windows say where the buffers lie
 * @param prepared whether calls are prepared and launched together
 */
public record Way(String name, TuningChoice choice, boolean prepared) {
  /** NCCL's defaults, call by call: what all others are compared with. */
  public static final Way DEFAULT =
      new Way("default", TuningChoice.none("NCCL's defaults are measured"), false);

  /** The same communicator and memory with prepared calls. */
  public Way prepare() {
    return new Way(name + ", prepared", choice, true);
  }
}
