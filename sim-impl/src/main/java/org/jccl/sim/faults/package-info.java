/**
 * Faults: what breaks in a simulated world on purpose, at which call of which rank, so that what a
 * program does then can be tried out and repeated.
 */
@NullMarked
package org.jccl.sim.faults;

import org.jspecify.annotations.NullMarked;
