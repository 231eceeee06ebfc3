/**
 * JMH benchmarks: what a call costs its host, and how fast the simulator is. Run them with {@code
 * ./jccl jmh}. What measures a backend is written against the contract alone; what measures the way
 * down to C knows the binding.
 */
@NullMarked
package org.jccl.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
