/** The files of flight recorders, set side by side: which rank did what nobody else did. */
@NullMarked
package org.jccl.benchmarks.flight;

import org.jspecify.annotations.NullMarked;
