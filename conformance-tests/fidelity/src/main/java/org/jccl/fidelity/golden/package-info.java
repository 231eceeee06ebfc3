/**
 * Recordings of what NCCL answered, bit by bit: read ({@link
 * org.jccl.fidelity.golden.GoldenRecording}), replayed on the simulator ({@link
 * org.jccl.fidelity.golden.GoldenRun}) and made on GPUs ({@link
 * org.jccl.fidelity.golden.RecordRun}). The format is described in {@code docs/golden.md}.
 */
package org.jccl.fidelity.golden;
