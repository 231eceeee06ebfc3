/**
 * Recordings of what NCCL answered, bit by bit: read ({@link
 * org.jccl.conformance.golden.Recording}), replayed on the simulator ({@link
 * org.jccl.conformance.golden.GoldenRun}) and made on GPUs ({@link
 * org.jccl.conformance.golden.RecordRun}). The format is described in {@code docs/golden.md}.
 */
package org.jccl.conformance.golden;
