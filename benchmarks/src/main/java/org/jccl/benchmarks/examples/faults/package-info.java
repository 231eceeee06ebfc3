/**
 * Programs for rehearsals of faults: a training loop that shrinks, one that revokes, one that grows
 * again, creation that is retried, and what happens without any of that. {@code docs/testing.md}
 * walks through them.
 */
@NullMarked
package org.jccl.benchmarks.examples.faults;

import org.jspecify.annotations.NullMarked;
