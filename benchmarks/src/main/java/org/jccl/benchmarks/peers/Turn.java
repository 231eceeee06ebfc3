package org.jccl.benchmarks.peers;

import java.util.List;

/**
 * One run of a measuring program.
 *
 * @param subject id of what it measured
 * @param round number of the round, from 0
 * @param command its command line
 * @param failure why it counts as failed; empty if it went well
 * @param seconds how long it ran
 * @param others share of the processors that others took meanwhile, NaN if unknown
 * @param samples what it printed
 */
public record Turn(
    String subject,
    int round,
    String command,
    String failure,
    double seconds,
    double others,
    List<PeerSample> samples) {
  /** With an immutable list. */
  public Turn {
    samples = List.copyOf(samples);
  }
}
