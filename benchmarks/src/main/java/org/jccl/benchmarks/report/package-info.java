/**
 * What a benchmark run has to say, and the ways to say it: a table for a terminal, JSON and CSV for
 * machines, one self-contained page with plots for people. Nothing here measures or runs anything.
 */
@NullMarked
package org.jccl.benchmarks.report;

import org.jspecify.annotations.NullMarked;
