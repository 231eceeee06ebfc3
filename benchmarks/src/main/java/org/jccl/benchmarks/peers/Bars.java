package org.jccl.benchmarks.peers;

import java.util.Map;
import java.util.OptionalDouble;
import org.jccl.benchmarks.simspeed.PeerOperation;

/** What the simulator is expected to reach on 2 cores: the one place that holds these figures. */
public final class Bars {
  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  /** Most seconds that a number of ranks may take for its calls of 4 KiB. */
  private static final Map<Integer, Double> SCALE = Map.of(1024, 1.5, 16_384, 8.0, 65_536, 15.0);

  private Bars() {}

  /**
   * How many times as fast as the best peer: ahead of every one where ranks share work. Empty for
   * small messages, which cost what a deterministic schedule costs: changes of threads.
   */
  public static OptionalDouble timesBestPeer(long bytes) {
    return bytes >= 8 * KIB ? OptionalDouble.of(1) : none();
  }

  private static OptionalDouble none() {
    return OptionalDouble.empty();
  }

  /** At most how many times the C limit's time; empty below 1 MiB. */
  public static OptionalDouble timesLimit(PeerOperation op, long bytes) {
    return bytes < MIB
        ? none()
        : OptionalDouble.of(op == PeerOperation.REDUCE_SCATTER ? 1.6 : 1.25);
  }

  /** Most seconds for the calls of so many ranks; empty for the points between. */
  public static OptionalDouble scaleSeconds(int ranks) {
    Double seconds = SCALE.get(ranks);
    return seconds == null ? none() : OptionalDouble.of(seconds);
  }

  /** At most how many times slower than float32 per element; empty where nothing is asked. */
  public static OptionalDouble slowerThanFloat32(String type) {
    if (type.startsWith("FLOAT8")) {
      return OptionalDouble.of(8);
    }
    return type.equals("FLOAT16") || type.equals("BFLOAT16") ? OptionalDouble.of(2) : none();
  }
}
