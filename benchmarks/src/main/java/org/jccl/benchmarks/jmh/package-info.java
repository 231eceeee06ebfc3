/**
 * JMH benchmarks: what a call costs its host, and how fast the simulator is. Run them with {@code
 * ./jccl jmh}. They are written against the contract alone and run on any backend.
 */
@NullMarked
package org.jccl.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
