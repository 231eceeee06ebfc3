package org.jccl.sim.comm.launch;

import org.jccl.config.ConfigField;
import org.jccl.sim.comm.Config;
import org.jspecify.annotations.Nullable;

/**
 * Which launches of one communicator NCCL puts in order where graphs are among them. All of them,
 * unless the configuration or a variable gives that up (rules STR-21, CFG-13, CFG-16, ENV-15). What
 * is not in order still runs so here; work that needs the order is a race.
 *
 * @param mixes whether replays are ordered among ordinary calls and replays of other graphs
 * @param ordersCaptures whether the calls of one capture are ordered across its streams
 */
record GraphOrder(boolean mixes, boolean ordersCaptures) {
  private static final int SEVERAL_MIXED = 2;

  /**
   * That a launch belongs to a graph.
   *
   * @param graph which one
   * @param replay which launch of the graph
   */
  record Replay(Object graph, Object replay) {}

  static GraphOrder of(Config config) {
    return new GraphOrder(
        config.get(ConfigField.GRAPH_USAGE_MODE) == SEVERAL_MIXED,
        config.get(ConfigField.GRAPH_STREAM_ORDERING) != 0);
  }

  boolean keepsAll() {
    return mixes && ordersCaptures;
  }

  /** Whether {@code later} comes after {@code earlier} on any stream. */
  boolean keeps(@Nullable Replay earlier, @Nullable Replay later) {
    if (earlier == null && later == null) {
      return true;
    }
    if (earlier == null || later == null || earlier.graph != later.graph) {
      return mixes;
    }
    return ordersCaptures || earlier.replay != later.replay;
  }
}
