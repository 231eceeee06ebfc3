package org.jccl.benchmarks.bundle;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The two kinds of archive, and the programs of the system that write them. Both pack a runtime and
 * jars better that are not compressed themselves.
 */
enum Archive {
  /** Smaller. */
  XZ(".tar.xz", List.of("xz", "-T0", "-6")),
  /** Needs nothing but tar and gzip to unpack. */
  GZ(".tar.gz", List.of("gzip", "-9"));

  private final String suffix;
  private final List<String> packer;

  Archive(String suffix, List<String> packer) {
    this.suffix = suffix;
    this.packer = packer;
  }

  /** The kind that a file's name asks for. */
  static Archive of(Path file) throws BundleException {
    String name = String.valueOf(file.getFileName());
    for (Archive archive : values()) {
      if (name.equals(archive.suffix)) {
        throw new BundleException(
            "'" + file + "' is an ending without a name: use a name such as jccl" + archive.suffix);
      }
      if (file.toString().endsWith(archive.suffix)) {
        archive.requirePrograms();
        return archive;
      }
    }
    throw new BundleException("'" + file + "' has another ending: use .tar.xz or .tar.gz");
  }

  private void requirePrograms() throws BundleException {
    for (String program : List.of("tar", packer.getFirst())) {
      if (!isOnPath(program)) {
        String advice = this == XZ ? "install it, or name the file .tar.gz" : "install it";
        throw new BundleException("there is no '" + program + "' on the PATH: " + advice);
      }
    }
  }

  private static boolean isOnPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.of(path.split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Packs the folder {@code name} inside {@code parent} into {@code target}. */
  void pack(Path parent, String name, Path target) throws IOException, InterruptedException {
    ProcessBuilder tar = new ProcessBuilder("tar", "-cf", "-", "-C", parent.toString(), name);
    ProcessBuilder press = new ProcessBuilder(packer).redirectOutput(target.toFile());
    List<ProcessBuilder> pipeline = new ArrayList<>(List.of(tar, press));
    pipeline.forEach(process -> process.redirectError(ProcessBuilder.Redirect.INHERIT));
    for (Process process : ProcessBuilder.startPipeline(pipeline)) {
      if (process.waitFor() != 0) {
        throw new IOException(
            "packing the archive failed: " + process.info().command().orElse("tar"));
      }
    }
  }
}
