package org.jccl.benchmarks.peers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jccl.benchmarks.peers.PeerSubject.Family;

/**
 * Finds the peers that this machine has and compiles their measuring programs. One that is missing
 * is a line for the user, never a failure.
 */
final class Peers {
  private static final Duration COMPILING = Duration.ofMinutes(2);
  private static final List<String> SOURCES =
      List.of("bench.h", "mpi_peer.c", "gloo_peer.cc", "limit_peer.c", "latency_probe.c");

  private final Path folder;
  private final List<Path> path;
  private final Consumer<String> notes;
  private final Map<String, String> versions = new LinkedHashMap<>();

  /**
   * Peers whose programs are compiled in {@code folder}.
   *
   * @param path where to look for compilers and launchers
   * @param notes told of what is missing
   */
  Peers(Path folder, List<Path> path, Consumer<String> notes) {
    this.folder = folder;
    this.path = path;
    this.notes = notes;
  }

  /** The folders of the environment's {@code PATH}. */
  static List<Path> searchPath() {
    String folders = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(folders.split(":")).filter(f -> !f.isEmpty()).map(Path::of).toList();
  }

  /**
   * The families that {@code words} names: {@code auto} for all, {@code none}, or a list.
   *
   * @throws IllegalArgumentException if a name is unknown
   */
  static Set<Family> wanted(String words) {
    Set<Family> all = EnumSet.complementOf(EnumSet.of(Family.JCCL));
    if (words.equals("auto")) {
      return all;
    }
    Set<Family> wanted = EnumSet.noneOf(Family.class);
    for (String name : words.equals("none") ? List.<String>of() : List.of(words.split(","))) {
      wanted.add(
          all.stream()
              .filter(family -> family.key().equals(name.strip()))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "no peer '%s': give auto, none, or some of %s"
                              .formatted(
                                  name,
                                  all.stream()
                                      .map(Family::key)
                                      .collect(Collectors.joining(","))))));
    }
    return wanted;
  }

  /** What runs, by family: the first line that it says about its version. */
  Map<String, String> versions() {
    return versions;
  }

  /** Those of {@code wanted} that are here, ready to run, in the order in which they take turns. */
  List<PeerSubject> prepare(Set<Family> wanted) throws IOException, InterruptedException {
    if (!wanted.isEmpty()) {
      unpack();
    }
    List<PeerSubject> ready = new ArrayList<>();
    for (Family family : wanted) {
      switch (family) {
        case OPEN_MPI -> mpi(family, "openmpi", ready);
        case MPICH -> mpi(family, "mpich", ready);
        case GLOO -> {
          List<String> libraries = List.of("-std=c++17", "-lgloo", "-lhiredis", "-lpthread");
          compile(family, "g++", "gloo_peer.cc", libraries)
              .ifPresent(program -> ready.addAll(PeerSubjects.gloo(program)));
        }
        case LIMIT ->
            compile(family, "gcc", "limit_peer.c", List.of("-pthread"))
                .ifPresent(program -> ready.add(PeerSubjects.limit(program)));
        case JCCL -> throw new IllegalArgumentException("jccl is no peer of itself");
      }
    }
    return ready;
  }

  private void mpi(Family family, String kind, List<PeerSubject> ready)
      throws IOException, InterruptedException {
    Optional<Path> launcher = find("mpirun." + kind);
    if (launcher.isEmpty()) {
      missing(family, "mpirun." + kind + " is not on the PATH");
      return;
    }
    String run = launcher.get().toString();
    compile(family, "mpicc." + kind, "mpi_peer.c", List.of())
        .ifPresent(
            program ->
                ready.addAll(
                    family == Family.MPICH
                        ? PeerSubjects.mpich(run, program)
                        : PeerSubjects.openMpi(run, program)));
    version(family, List.of(run, "--version"));
  }

  /** The program that says how far apart the cores are; empty without a compiler. */
  Optional<Path> latencyProbe() throws IOException, InterruptedException {
    return find("gcc").isEmpty()
        ? Optional.empty()
        : compile(Family.LIMIT, "gcc", "latency_probe.c", List.of("-pthread"));
  }

  private Optional<Path> compile(
      Family family, String compiler, String source, List<String> libraries)
      throws IOException, InterruptedException {
    Optional<Path> found = find(compiler);
    if (found.isEmpty()) {
      missing(family, compiler + " is not on the PATH");
      return Optional.empty();
    }
    Path program = folder.resolve(family.key() + "-" + source.substring(0, source.indexOf('.')));
    List<String> command = new ArrayList<>(List.of(found.get().toString(), "-O3"));
    command.addAll(List.of("-march=native", "-o", program.toString(), source));
    command.addAll(libraries);
    Child.Outcome outcome = Child.run(command, Map.of(), folder, COMPILING);
    if (!outcome.failure().isEmpty()) {
      missing(family, source + " does not compile, " + outcome.failure());
      return Optional.empty();
    }
    if (family == Family.GLOO || family == Family.LIMIT) {
      version(family, List.of(found.get().toString(), "--version"));
    }
    return Optional.of(program);
  }

  private void version(Family family, List<String> command)
      throws IOException, InterruptedException {
    Child.Outcome outcome = Child.run(command, Map.of(), folder, Duration.ofSeconds(20));
    outcome
        .output()
        .lines()
        .map(String::strip)
        .filter(line -> line.matches(".*\\d+\\.\\d+.*"))
        .findFirst()
        .ifPresent(line -> versions.put(family.label(), line.replaceAll("\\s+", " ")));
  }

  private void missing(Family family, String why) {
    notes.accept(
        "%s not found, skipped: install %s (%s)".formatted(family.label(), family.packages(), why));
  }

  private Optional<Path> find(String program) {
    Stream<Path> places = path.stream().map(folder -> folder.resolve(program));
    return places.filter(Files::isExecutable).findFirst();
  }

  private void unpack() throws IOException {
    for (String source : SOURCES) {
      try (InputStream in = Peers.class.getResourceAsStream(source)) {
        if (in == null) {
          throw new IllegalStateException(source + " is missing from the program");
        }
        Files.write(folder.resolve(source), in.readAllBytes());
      }
    }
  }
}
