package org.jccl.benchmarks.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.profile.Profile;
import org.jccl.benchmarks.profile.ProfileFile;
import org.jccl.sim.machine.GpuProfile;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Finds the profile that {@code --profile} names. */
final class ProfileOption {
  private ProfileOption() {}

  /** A built-in profile, or else a file. */
  static Profile find(CommandSpec spec, String nameOrFile) {
    if (GpuProfile.names().anyMatch(nameOrFile::equals)) {
      return Profile.builtIn(nameOrFile);
    }
    Path file = Path.of(nameOrFile);
    if (!Files.isRegularFile(file)) {
      throw new ParameterException(
          spec.commandLine(),
          "--profile: '%s' is neither a file nor a built-in profile: use one of %s"
              .formatted(nameOrFile, String.join(",", GpuProfile.names().toList())));
    }
    try {
      return ProfileFile.read(file);
    } catch (BadFileException bad) {
      throw new ParameterException(spec.commandLine(), "--profile: " + bad.getMessage());
    }
  }
}
