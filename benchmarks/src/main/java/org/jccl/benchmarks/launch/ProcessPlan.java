package org.jccl.benchmarks.launch;

import java.time.Duration;
import java.util.List;

/**
 * Processes to be started together, one a rank.
 *
 * @param processes how many
 * @param command what each of them runs
 * @param grace how long the others may take to end by themselves once one has failed, and then once
 *     they have been asked to
 */
public record ProcessPlan(int processes, List<String> command, Duration grace) {
  /** Copies the command. */
  public ProcessPlan {
    command = List.copyOf(command);
    if (processes < 1) {
      throw new IllegalArgumentException(processes + " processes cannot run: give at least 1");
    }
  }
}
