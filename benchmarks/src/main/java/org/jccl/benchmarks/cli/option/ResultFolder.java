package org.jccl.benchmarks.cli.option;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where results go that nobody gave a place: into the {@code target} of jccl's own source tree,
 * wherever one stands. A bundle has none, and a source tree may lie where this user does not write:
 * there they go into a folder {@code jccl-results} of the working directory.
 */
public final class ResultFolder {
  /** System property that the launcher sets: where jccl lies. */
  public static final String HOME = "jccl.home";

  private ResultFolder() {}

  /** The folder for results of one kind. */
  public static Path named(String kind) {
    String home = System.getProperty(HOME);
    if (home == null) {
      return Path.of("target", kind);
    }
    return named(kind, Path.of(home));
  }

  /** The same where jccl lies in {@code home}. */
  static Path named(String kind, Path home) {
    Path target = home.resolve("target");
    Path written = Files.exists(target) ? target : home;
    return Files.exists(home.resolve("pom.xml")) && Paths.hindrance(written).isEmpty()
        ? target.resolve(kind)
        : Path.of("jccl-results", kind);
  }
}
