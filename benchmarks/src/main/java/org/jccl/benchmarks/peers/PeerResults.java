package org.jccl.benchmarks.peers;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All that was measured in a run.
 *
 * @param started when, ISO
 * @param command the command line
 * @param environment facts about machine and programs, in order
 * @param plan what was to be measured
 * @param notes who was missing, and why
 * @param latency nanoseconds of the flag and of the exchange between two cores, a reading before
 *     each operation; empty without a compiler
 * @param turns the operations, in the order of time
 * @param types all element types
 * @param scale the curve over ranks, a turn for each point
 */
public record PeerResults(
    String started,
    String command,
    Map<String, String> environment,
    PeerPlan plan,
    List<String> notes,
    List<List<Double>> latency,
    List<Turn> turns,
    List<Turn> types,
    List<Turn> scale) {
  /** All turns. */
  public Stream<Turn> all() {
    return Stream.of(turns, types, scale).flatMap(List::stream);
  }
}
