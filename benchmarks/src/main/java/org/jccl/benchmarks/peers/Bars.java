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

  /** How many times as fast as the best peer; empty where the figure is only published. */
  public static OptionalDouble timesBestPeer(PeerOperation op, int ranks, long bytes) {
    return switch (op) {
      case ALL_REDUCE, REDUCE_SCATTER -> reductions(ranks, bytes);
      case ALL_GATHER -> allGather(ranks, bytes);
      case BROADCAST -> banded(bytes, 1.5, 1.3, 1.4);
      case SEND_RECV -> ranks == 2 || bytes >= 32 * MIB ? banded(bytes, 2, 2, 2) : none();
    };
  }

  private static OptionalDouble reductions(int ranks, long bytes) {
    return bytes <= 512 ? small(ranks) : banded(bytes, 4, ranks == 2 ? 3 : 2, 2);
  }

  private static OptionalDouble allGather(int ranks, long bytes) {
    return bytes <= 512
        ? small(ranks)
        : banded(bytes, ranks == 2 ? 1.3 : 3, ranks == 2 ? 1.1 : 2, 1);
  }

  private static OptionalDouble small(int ranks) {
    return switch (ranks) {
      case 4 -> OptionalDouble.of(1.5);
      case 8 -> OptionalDouble.of(3);
      default -> none();
    };
  }

  private static OptionalDouble banded(long bytes, double middle, double large, double largest) {
    if (bytes >= 8 * KIB && bytes <= 512 * KIB) {
      return OptionalDouble.of(middle);
    }
    if (bytes >= 2 * MIB && bytes <= 8 * MIB) {
      return OptionalDouble.of(large);
    }
    return bytes >= 32 * MIB ? OptionalDouble.of(largest) : none();
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
