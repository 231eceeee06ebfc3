package org.jccl.benchmarks.bench;

/**
 * What one rank's clock says about one measurement.
 *
 * @param micros time of one operation: mean over all iterations, or median of the samples
 * @param sampleMicros time of one operation in each sample
 * @param operationsPerSample operations that one sample covers
 * @param enqueueNanos median of what one call cost the host thread
 */
record RankTimes(
    double micros, double[] sampleMicros, int operationsPerSample, double enqueueNanos) {}
