package org.jccl.nccl.ffi;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where an NCCL library may be, in the order of preference: the loader's own path, then the places
 * where system packages, CUDA installers and Python packages put it.
 */
public final class SearchPlaces {
  /** The variable that names a library file, or the folder it is in. */
  public static final String VARIABLE = "JCCL_NCCL_PATH";

  private static final String SONAME = "libnccl.so.2";
  private static final int MOST_ENTRIES = 64;
  private static final List<String> SYSTEM_FOLDERS =
      List.of(
          "usr/lib/x86_64-linux-gnu",
          "usr/lib/aarch64-linux-gnu",
          "usr/lib64",
          "usr/local/cuda*/lib64",
          "usr/local/lib");

  /** Folders that hold {@code nvidia/nccl/lib}, below a Python environment. */
  private static final List<String> SITES =
      List.of("lib/python3*/site-packages", "lib/python3*/dist-packages", "lib/python3/*-packages");

  private static final String IN_SITE = "/nvidia/nccl/lib";

  private final Map<String, String> environment;
  private final Path root;
  private final Path home;

  /** The places of a machine with that environment, root folder and home folder. */
  public SearchPlaces(Map<String, String> environment, Path root, Path home) {
    this.environment = environment;
    this.root = root;
    this.home = home;
  }

  /** The places of this machine. */
  public static SearchPlaces ofThisMachine() {
    return new SearchPlaces(
        System.getenv(), Path.of("/"), Path.of(System.getProperty("user.home", "/")));
  }

  /**
   * One place.
   *
   * @param origin who named it
   * @param path path of the file, or a soname for the loader
   */
  record Place(String origin, String path) {}

  /** What to look at, in order; a path that somebody gave stands alone. */
  List<Place> inOrder(@Nullable String wish) {
    if (wish != null) {
      return List.of(given("asked for", wish));
    }
    String variable = environment.get(VARIABLE);
    if (variable != null && !variable.isBlank()) {
      return List.of(given(VARIABLE, variable));
    }
    List<Place> places = new ArrayList<>();
    for (String folder : environment.getOrDefault("LD_LIBRARY_PATH", "").split(":")) {
      if (!folder.isBlank()) {
        places.add(new Place("LD_LIBRARY_PATH", Path.of(folder, SONAME).toString()));
      }
    }
    places.add(new Place("loader", SONAME));
    for (String folder : SYSTEM_FOLDERS) {
      glob(root, folder).forEach(found -> places.add(in("system", found)));
    }
    pythonPlaces(places);
    return places;
  }

  private static Place given(String origin, String path) {
    Path file = Path.of(path);
    Path library = Files.isDirectory(file) ? file.resolve(SONAME) : file;
    // With a separator in it, so that the loader takes it as a path and searches nowhere.
    return new Place(origin, library.toAbsolutePath().toString());
  }

  private static Place in(String origin, Path folder) {
    return new Place(origin, folder.resolve(SONAME).toString());
  }

  private void pythonPlaces(List<Place> places) {
    List<Path> environments = new ArrayList<>();
    for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      String value = environment.get(variable);
      if (value != null && !value.isBlank()) {
        environments.add(Path.of(value));
      }
    }
    environments.add(home.resolve(".venv"));
    environments.add(root.resolve("usr/local"));
    environments.add(root.resolve("usr"));
    glob(root, "opt/*").forEach(environments::add);
    for (Path python : environments) {
      for (String site : SITES) {
        glob(python, site + IN_SITE).forEach(found -> places.add(in("python", found)));
      }
    }
  }

  /** The folders below {@code base} that match {@code pattern}, a bounded number at each step. */
  private static List<Path> glob(Path base, String pattern) {
    List<Path> found = List.of(base);
    for (String name : pattern.split("/")) {
      found = found.stream().flatMap(folder -> entries(folder, name)).limit(MOST_ENTRIES).toList();
    }
    // A fixed name is worth a line in the report even where it is missing; a pattern is not.
    return pattern.contains("*") ? found.stream().filter(Files::isDirectory).toList() : found;
  }

  private static Stream<Path> entries(Path folder, String name) {
    if (!name.contains("*")) {
      return Stream.of(folder.resolve(name));
    }
    List<Path> matches = new ArrayList<>();
    try (DirectoryStream<Path> listing = Files.newDirectoryStream(folder, name)) {
      for (Path entry : listing) {
        if (matches.size() == MOST_ENTRIES) {
          break;
        }
        matches.add(entry);
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      return Stream.empty();
    }
    return matches.stream().sorted();
  }
}
