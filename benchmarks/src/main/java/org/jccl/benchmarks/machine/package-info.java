/**
 * What can be said about the machine and the JVM that this program runs on: for the environment
 * card of a report, and for {@code doctor}.
 */
@NullMarked
package org.jccl.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
