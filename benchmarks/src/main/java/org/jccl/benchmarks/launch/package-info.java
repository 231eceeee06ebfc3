/**
 * Starts a process a rank on this host, as {@code ./jccl run --processes} does, and is what runs in
 * each of them.
 */
@NullMarked
package org.jccl.benchmarks.launch;

import org.jspecify.annotations.NullMarked;
