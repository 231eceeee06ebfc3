/**
 * How NCCL would carry out a call: rings, trees and channels of a communicator ({@code Topology}),
 * what is chosen for a call ({@code Choice}), how its elements are split over channels and chunks
 * ({@code Split}), and in which order each element is folded. Pure functions, without the kernel.
 */
@NullMarked
package org.jccl.sim.algo;

import org.jspecify.annotations.NullMarked;
