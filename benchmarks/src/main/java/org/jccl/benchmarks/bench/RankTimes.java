package org.jccl.benchmarks.bench;

/**
 * What one rank's clock says about one measurement.
 *
 * @param meanMicros time of one operation, over all iterations
 * @param sampleMicros time of one operation in each sample
 * @param operationsPerSample operations that one sample covers
 * @param enqueueNanos median of what one call cost the host thread
 */
record RankTimes(
    double meanMicros, double[] sampleMicros, int operationsPerSample, double enqueueNanos) {}
