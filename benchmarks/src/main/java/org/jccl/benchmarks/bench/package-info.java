/**
 * The microbenchmark: runs each collective at each size on every rank in lockstep, checks its
 * results bit by bit against exactly representable data, and only then takes its time. What it
 * finds goes into the records of {@link org.jccl.benchmarks.report}.
 */
@NullMarked
package org.jccl.benchmarks.bench;

import org.jspecify.annotations.NullMarked;
