package org.jccl.benchmarks.machine;

import java.util.Optional;

/** The version that the build wrote into the jar's manifest. */
public final class ProgramVersion {
  private ProgramVersion() {}

  /** For example {@code 0.1.0}. */
  public static String get() {
    String version = ProgramVersion.class.getPackage().getImplementationVersion();
    return Optional.ofNullable(version).orElse("(built from classes)");
  }
}
