/** Calls made in several ways, side by side: tables, files, verdicts that respect noise. */
@NullMarked
package org.jccl.benchmarks.ways;

import org.jspecify.annotations.NullMarked;
