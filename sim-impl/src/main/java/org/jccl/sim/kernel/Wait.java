package org.jccl.sim.kernel;

import java.util.List;
import org.jccl.MisuseKind;

/** What a host task waits for: words for people, and the ranks on whom it depends. */
public interface Wait {
  /** What is waited for, in words. */
  String describe();

  /** The ranks that have to do something first, ascending; empty if that is not known. */
  default List<Integer> ranks() {
    return List.of();
  }

  /** What it is called if those ranks have ended and will never do it. */
  default MisuseKind whenMissing() {
    return MisuseKind.DEADLOCK;
  }

  /** A wait of which nothing but words is known. */
  static Wait of(String words) {
    return () -> words;
  }
}
