package org.jccl.process;

import java.time.Duration;
import java.util.List;
import org.jccl.ProcessGroup;

/** Groups inside this JVM. */
public final class InJvmProcessGroups {
  private InJvmProcessGroups() {}

  /** The members, in rank order. */
  public static List<ProcessGroup> create(int worldSize, Duration timeout) {
    throw new UnsupportedOperationException("being written " + worldSize + timeout);
  }
}
