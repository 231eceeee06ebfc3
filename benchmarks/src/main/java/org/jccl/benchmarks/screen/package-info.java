/** What a person sees while a command runs: progress, colours, and the real standard error. */
@NullMarked
package org.jccl.benchmarks.screen;

import org.jspecify.annotations.NullMarked;
