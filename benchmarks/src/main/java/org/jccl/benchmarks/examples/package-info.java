/**
 * Complete programs to read, run and copy from: {@code ./jccl run --ranks 4 CLASS}. They use the
 * public API alone, compute in plain Java, check their own results, and run in the tests.
 */
package org.jccl.benchmarks.examples;
