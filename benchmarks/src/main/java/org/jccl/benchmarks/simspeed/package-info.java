/**
 * A simulated world whose ranks make call after call: what the JMH benchmarks and the comparison
 * with the simulator's peers measure.
 */
@NullMarked
package org.jccl.benchmarks.simspeed;

import org.jspecify.annotations.NullMarked;
