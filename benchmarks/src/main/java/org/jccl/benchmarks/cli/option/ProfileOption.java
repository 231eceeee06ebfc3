package org.jccl.benchmarks.cli.option;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.profile.Profile;
import org.jccl.benchmarks.profile.ProfileFile;
import org.jccl.sim.machine.GpuProfile;
import picocli.CommandLine.TypeConversionException;

/** The profile that {@code --profile} names: a built-in one, or else a file. */
public final class ProfileOption extends OptionValue<Profile> {
  @Override
  protected Profile parse(String nameOrFile) {
    if (GpuProfile.names().anyMatch(nameOrFile::equals)) {
      return Profile.builtIn(nameOrFile);
    }
    Path file = Path.of(nameOrFile);
    if (!Files.isRegularFile(file)) {
      throw refused("'" + nameOrFile + "' is neither a file nor a built-in profile");
    }
    try {
      return ProfileFile.read(file);
    } catch (BadFileException bad) {
      throw new TypeConversionException(bad.getMessage());
    }
  }

  @Override
  protected String allowed() {
    return "use one of " + String.join(",", GpuProfile.names().toList());
  }
}
