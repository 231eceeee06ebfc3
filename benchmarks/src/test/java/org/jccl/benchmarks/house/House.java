package org.jccl.benchmarks.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The main code of all modules: its top-level classes and whom each one knows, by the names in its
 * source (what a reader sees, constants included) and by its bytecode (what a chain of calls
 * reaches without a name). Nested classes are their outermost class.
 */
final class House {
  private static final Pattern NOT_CODE =
      Pattern.compile(
          "/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"", Pattern.DOTALL);
  private static final Pattern IMPORT =
      Pattern.compile("import (?:static )?(org\\.jccl(?:\\.[a-z_0-9]+)*\\.[A-Z]\\w*)");
  private static final Pattern NAME = Pattern.compile("\\b[A-Z]\\w*");

  /** Whom a class knows, by full names of top-level classes. */
  private final Map<String, Set<String>> known = new TreeMap<>();

  private final Map<String, Path> modules = new TreeMap<>();

  private House() {}

  /** The house that this test stands in. */
  static House of(JavaClasses bytecode) {
    House house = new House();
    house.sources(root()).forEach(house::addNames);
    bytecode.forEach(house::addBytecode);
    return house;
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("CONTRIBUTING.md"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  private Map<String, String> sources(Path root) {
    Map<String, String> sources = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files.filter(House::isMainSource)::iterator) {
        String inRoot = file.toString().replace('\\', '/');
        int cut = inRoot.indexOf("/src/main/java/");
        String path = inRoot.substring(cut + "/src/main/java/".length());
        String name = path.substring(0, path.length() - ".java".length()).replace('/', '.');
        sources.put(name, NOT_CODE.matcher(Files.readString(file)).replaceAll(" "));
        known.put(name, new TreeSet<>());
        modules.put(packageOf(name), root.relativize(Path.of(inRoot.substring(0, cut))));
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return sources;
  }

  private static boolean isMainSource(Path file) {
    String path = file.toString().replace('\\', '/');
    return path.contains("/src/main/java/")
        && !path.contains("/target/")
        && path.endsWith(".java")
        && !path.endsWith("-info.java");
  }

  private void addNames(String name, String source) {
    Set<String> knows = known.get(name);
    for (Matcher imported = IMPORT.matcher(source); imported.find(); ) {
      add(name, knows, imported.group(1));
    }
    for (Matcher word = NAME.matcher(source); word.find(); ) {
      add(name, knows, packageOf(name) + "." + word.group());
    }
  }

  private void addBytecode(JavaClass type) {
    String name = outermost(type.getName());
    Set<String> knows = known.get(name);
    if (knows != null) {
      type.getDirectDependenciesFromSelf()
          .forEach(arrow -> add(name, knows, outermost(arrow.getTargetClass().getName())));
    }
  }

  private void add(String from, Set<String> knows, String to) {
    if (known.containsKey(to) && !to.equals(from)) {
      knows.add(to);
    }
  }

  private static String outermost(String name) {
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  /** The package of a class. */
  static String packageOf(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  /** A class's name without its package. */
  static String simpleName(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** All top-level classes. */
  Set<String> classes() {
    return known.keySet();
  }

  /** Within each package: which class knows which. */
  Map<String, Map<String, Set<String>>> insidePackages() {
    Map<String, Map<String, Set<String>>> inside = new TreeMap<>();
    known.forEach(
        (name, knows) -> {
          Set<String> near = new TreeSet<>(knows);
          near.removeIf(other -> !packageOf(other).equals(packageOf(name)));
          inside.computeIfAbsent(packageOf(name), any -> new TreeMap<>()).put(name, near);
        });
    return inside;
  }

  /** Within each module: which package knows which. */
  Map<Path, Map<String, Set<String>>> insideModules() {
    Map<Path, Map<String, Set<String>>> inside = new TreeMap<>();
    known.forEach(
        (name, knows) -> {
          String from = packageOf(name);
          Set<String> near =
              inside
                  .computeIfAbsent(modules.get(from), any -> new TreeMap<>())
                  .computeIfAbsent(from, any -> new TreeSet<>());
          knows.stream()
              .map(House::packageOf)
              .filter(to -> !to.equals(from) && modules.get(to).equals(modules.get(from)))
              .forEach(near::add);
        });
    return inside;
  }

  /** The classes of one package through which it knows another. */
  Set<String> arrows(String from, String to) {
    Set<String> arrows = new TreeSet<>();
    known.forEach(
        (name, knows) ->
            knows.stream()
                .filter(other -> packageOf(name).equals(from) && packageOf(other).equals(to))
                .forEach(other -> arrows.add(simpleName(name) + " > " + simpleName(other))));
    return arrows;
  }
}
