package org.jccl.benchmarks.ways;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jccl.benchmarks.bench.NcclPeer;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.file.TemporaryFolder;
import org.jspecify.annotations.Nullable;

/**
 * Which other programs that use NCCL are here: nccl-tests, PyNccl's way, torch.distributed. One
 * that is missing is a line for the user, with the reason, and never a failure.
 */
public final class NcclPeers implements AutoCloseable {
  /** What was found, line by line. */
  public static final class Notes {
    private final List<String> lines = new ArrayList<>();

    void here(String name, String words) {
      lines.add(name + ": " + words);
    }

    void missing(String name, String why) {
      lines.add(name + " is missing: " + why);
    }

    /** The lines so far. */
    public List<String> lines() {
      return List.copyOf(lines);
    }
  }

  private final Notes notes = new Notes();
  private final List<NcclPeer> found = new ArrayList<>();
  private final TemporaryFolder scratch;
  private @Nullable PythonPeers python;
  private @Nullable NcclTests tests;

  private NcclPeers() throws IOException {
    scratch = TemporaryFolder.create("nccl-peers");
  }

  /**
   * Looks for them, and starts those that stay between their turns.
   *
   * @param gpus number of ranks, one a GPU
   * @param library the file of NCCL that they all use; null if it is not known
   * @param testPrograms the folder with nccl-tests' programs; null: the folders of {@code PATH}
   * @param pythonProgram Python 3; null: {@code python3} of the {@code PATH}
   */
  public static NcclPeers find(
      int gpus, @Nullable Path library, @Nullable Path testPrograms, @Nullable Path pythonProgram)
      throws IOException, InterruptedException {
    NcclPeers peers = new NcclPeers();
    try {
      peers.findTests(gpus, library, testPrograms);
      peers.findPython(gpus, library, pythonProgram);
      return peers;
    } catch (Throwable failed) {
      peers.close();
      throw failed;
    }
  }

  private void findTests(int gpus, @Nullable Path library, @Nullable Path folder) {
    String program = NcclTests.programOf(Workload.ofLabel("all_reduce"));
    Optional<Path> place =
        folder != null
            ? Optional.of(folder).filter(each -> Files.isExecutable(each.resolve(program)))
            : onPath(program).map(Path::getParent);
    if (place.isEmpty()) {
      notes.missing(
          "nccl-tests",
          folder == null
              ? program + " is not on the PATH; --nccl-tests names the folder"
              : "there is no program " + program + " in " + folder);
      return;
    }
    Map<String, String> environment = new LinkedHashMap<>();
    Path libraries = library == null ? null : library.toAbsolutePath().getParent();
    if (libraries != null) {
      String others = Optional.ofNullable(System.getenv("LD_LIBRARY_PATH")).orElse("");
      environment.put("LD_LIBRARY_PATH", libraries + (others.isEmpty() ? "" : ":" + others));
    }
    tests = new NcclTests(place.get(), gpus, environment, scratch.path());
    found.add(tests);
  }

  private void findPython(int gpus, @Nullable Path library, @Nullable Path program)
      throws IOException, InterruptedException {
    Optional<Path> place = program != null ? Optional.of(program) : onPath("python3");
    if (place.isEmpty()) {
      notes.missing("torch.distributed and PyNccl's way", "python3 is not on the PATH");
      return;
    }
    String named = library == null ? "" : library.toString();
    python = new PythonPeers(place.get(), gpus, named, scratch.path());
    found.addAll(python.look(notes));
  }

  private static Optional<Path> onPath(String program) {
    return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Those that are here. */
  public List<NcclPeer> peers() {
    return List.copyOf(found);
  }

  /** Who is here and in which version, and who is missing and why. */
  public List<String> notes() {
    List<String> lines = new ArrayList<>(notes.lines());
    if (tests != null) {
      lines.add("nccl-tests: " + (tests.version().isEmpty() ? "has not run" : tests.version()));
    }
    return lines;
  }

  @Override
  public void close() {
    if (python != null) {
      python.close();
    }
    scratch.close();
  }
}
