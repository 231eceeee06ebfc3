package org.jccl.benchmarks.jmh;

import org.jccl.benchmarks.simspeed.PeerOperation;
import org.jccl.benchmarks.simspeed.SimRanks.Batch;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What counts: the time of one call, without the ranks' start and end around the batch. JMH prints
 * it beside its own score, which is the whole batch's; in its last table it adds the iterations up,
 * so look at "(min, avg, max)" above it, or run {@code jmh sim}.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class CallTime {
  /** Microseconds of one call, from the first rank's begin to the last one's end. */
  public double micros;

  /** Milliseconds until the first rank made its first call. */
  public double openMillis;

  /** Calls of the batch. */
  public double calls;

  /** Made by JMH. */
  public CallTime() {}

  void take(Batch batch, PeerOperation what, int turns) {
    calls = (double) turns * what.callsPerTurn();
    micros = batch.calls() / 1e3 / calls;
    openMillis = batch.open() / 1e6;
  }
}
