package org.jccl.benchmarks.launch;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jccl.ProcessGroup;
import org.jccl.process.ProcessGroups;

/** A rank in a process of its own that meets the others, and fails as the argument says. */
final class MeetingProcess {
  private static final Duration LONG = Duration.ofMinutes(1);

  private MeetingProcess() {}

  /** The argument is the rank that fails after the first meeting, or nothing. */
  public static void main(String[] args) {
    try (ProcessGroup group = ProcessGroups.fromEnvironment(LONG)) {
      byte[] said = ("from " + group.rank()).getBytes(StandardCharsets.UTF_8);
      System.out.println(new String(group.broadcast(said, 1), StandardCharsets.UTF_8));
      if (args.length > 0 && group.rank() == Integer.parseInt(args[0])) {
        Runtime.getRuntime().halt(9);
      }
      group.barrier(LONG);
    }
  }
}
