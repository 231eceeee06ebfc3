package org.jccl.benchmarks.report;

import java.util.List;

/**
 * Where the numbers come from.
 *
 * @param started when the run began, ISO 8601 with zone
 * @param program jccl's version
 * @param system operating system, version, architecture
 * @param cpu name of the processor
 * @param cores processors that the JVM sees
 * @param memoryBytes physical memory
 * @param jdk Java version and vendor
 * @param flags arguments of the JVM
 * @param backend short name: {@code nccl}, {@code sim}
 * @param why why this backend was chosen
 * @param description the backend's own words: library, version, where it was found
 * @param ncclVersion version of NCCL that ran or was imitated, for people: {@code 2.28.9}
 * @param devices names of the devices in use, in rank order
 * @param kernels which code moves and combines elements
 */
public record Environment(
    String started,
    String program,
    String system,
    String cpu,
    int cores,
    long memoryBytes,
    String jdk,
    List<String> flags,
    String backend,
    String why,
    String description,
    String ncclVersion,
    List<String> devices,
    String kernels) {
  /** With immutable lists. */
  public Environment {
    flags = List.copyOf(flags);
    devices = List.copyOf(devices);
  }
}
