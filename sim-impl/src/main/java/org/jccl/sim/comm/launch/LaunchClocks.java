package org.jccl.sim.comm.launch;

import java.util.List;
import org.jccl.sim.check.Clock;
import org.jccl.sim.device.SimStream;
import org.jspecify.annotations.Nullable;

/** What a launch orders, at full checks: all its streams, and the launches around it. */
final class LaunchClocks {
  private LaunchClocks() {}

  /**
   * All the work of {@code streams} and the communicator's last launch come before it (STR-03,
   * STR-05).
   */
  static Clock learn(List<SimStream> streams, @Nullable Clock last) {
    Clock all = new Clock();
    streams.forEach(stream -> join(all, stream.done()));
    join(all, last);
    end(streams, all);
    return all;
  }

  /** The streams come after {@code all}. */
  static void end(List<SimStream> streams, Clock all) {
    streams.forEach(stream -> join(stream.done(), all));
  }

  /** Whoever comes after it, on any of its streams, comes after all of it. */
  static void passOn(List<SimStream> streams, Clock all) {
    streams.forEach(stream -> join(all, stream.done()));
    end(streams, all);
  }

  private static void join(@Nullable Clock target, @Nullable Clock source) {
    if (target != null && source != null) {
      target.join(source);
    }
  }
}
