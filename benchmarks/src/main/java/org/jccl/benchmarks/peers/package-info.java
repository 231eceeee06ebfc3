/**
 * The simulator's data plane beside Open MPI, MPICH, Gloo and two C threads, in the same run on the
 * same machine: {@code ./jccl jmh sim}. {@code Peers} knows who is measured, {@code PeerRun} runs
 * them in turn, {@code PeerComparison} puts the figures side by side, {@code Bars} says what is
 * expected.
 */
@NullMarked
package org.jccl.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
