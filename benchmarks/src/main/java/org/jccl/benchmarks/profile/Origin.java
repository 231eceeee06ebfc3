package org.jccl.benchmarks.profile;

import java.util.List;

/**
 * Where a profile's measurements come from.
 *
 * @param started when, ISO 8601 with zone
 * @param devices names of the devices
 * @param ncclVersion version of NCCL that ran or was imitated
 * @param clock how time was taken, in one sentence
 * @param command the command line
 */
public record Origin(
    String started, List<String> devices, String ncclVersion, String clock, String command) {
  /** With an immutable list. */
  public Origin {
    devices = List.copyOf(devices);
  }
}
