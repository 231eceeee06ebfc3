package org.jccl.conformance.liars;

import org.jspecify.annotations.Nullable;

/** What a wrong implementation does with a call: answers by itself, or passes it on changed. */
@FunctionalInterface
public interface Lie {
  /** What the caller gets; {@link ForwardedCall#honest()} is the right answer. */
  @Nullable Object answer(ForwardedCall call) throws Throwable;
}
