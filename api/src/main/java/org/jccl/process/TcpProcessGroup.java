package org.jccl.process;

import java.time.Duration;
import java.util.Map;
import org.jccl.ProcessGroup;

/** A group over TCP. */
public final class TcpProcessGroup {
  private TcpProcessGroup() {}

  /** Joins. */
  public static ProcessGroup join(
      String host, int port, int rank, int worldSize, String secret, Duration timeout) {
    throw new UnsupportedOperationException("being written");
  }

  /** Joins from the environment. */
  public static ProcessGroup fromEnvironment(Map<String, String> env, Duration timeout) {
    throw new UnsupportedOperationException("being written");
  }
}
