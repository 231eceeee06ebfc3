package org.jccl.conformance.liars;

import java.util.List;
import java.util.function.Consumer;

/** How a backend lies. Every method is honest unless it is overridden. */
interface Lie {
  /** Another call in place of the one that was made. */
  default Told alter(Told call) {
    return call;
  }

  /** Makes a call outside any group, with something before or after it. */
  default void around(Told call, Consumer<Told> honest) {
    honest.accept(call);
  }

  /** Whether the calls of a group are held back to be rearranged. */
  default boolean rearranges() {
    return false;
  }

  /** The calls of a group in another way. */
  default List<Told> rearrange(List<Told> calls) {
    return calls;
  }

  /** What a C function of the raw surface returns. */
  default Object answer(RawTold call) throws Throwable {
    return call.honest();
  }
}
