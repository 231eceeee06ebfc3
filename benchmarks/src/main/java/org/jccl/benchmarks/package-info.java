/**
 * Measurements of collectives and the reports made of them. Host cost is measured with JMH, device
 * time with CUDA events, in the sizes and columns that are customary for NCCL. Results are checked
 * for correctness before a number is printed.
 */
package org.jccl.benchmarks;
