package org.jccl.benchmarks.report;

/**
 * How the single samples of a measurement are distributed, in microseconds per operation. A sample
 * is the slowest rank's.
 *
 * @param samples number of samples
 * @param operations operations that one sample covers; their time is divided by this
 * @param min fastest sample
 * @param p50 median
 * @param p95 95th percentile, nearest rank
 * @param p99 99th percentile, nearest rank; the slowest sample where there are less than 100
 * @param max slowest sample
 */
public record Spread(
    int samples, int operations, double min, double p50, double p95, double p99, double max) {}
