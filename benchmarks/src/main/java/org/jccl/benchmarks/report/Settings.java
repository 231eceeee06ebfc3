package org.jccl.benchmarks.report;

/**
 * How it was measured.
 *
 * @param command the command line, for repeating the run
 * @param ranks number of ranks
 * @param warmups untimed iterations before each measurement
 * @param iterations timed iterations of each measurement
 * @param checked whether results were compared with exact ones
 * @param graph whether the operations were captured and replayed as a graph
 * @param clock {@code device} or {@code host}: whose time the time columns are
 * @param clockNote one sentence that says so plainly
 */
public record Settings(
    String command,
    int ranks,
    int warmups,
    int iterations,
    boolean checked,
    boolean graph,
    String clock,
    String clockNote) {}
