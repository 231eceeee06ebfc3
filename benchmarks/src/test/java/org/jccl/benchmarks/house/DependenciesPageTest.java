package org.jccl.benchmarks.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/dependencies.md lists what is on the class path, and nothing that is not. */
class DependenciesPageTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| [\\w.-]+:([\\w-]+) \\| ([\\w.]+) \\| [^|]+ \\|", Pattern.MULTILINE);

  /** Needed where sources are compiled, and on no class path of a program. */
  private static final String AT_COMPILE_TIME = "jspecify 1.0.1";

  @Test
  void thePage_hasTheVersionsOfTheClassPath() {
    Set<String> listed = new TreeSet<>();
    Matcher row = ROW.matcher(Repository.text("docs/dependencies.md"));
    while (row.find()) {
      listed.add(row.group(1) + " " + row.group(2));
    }
    Set<String> used = libraries(System.getProperty("java.class.path"));
    used.add(AT_COMPILE_TIME);

    assertThat(used).hasSizeGreaterThan(20);
    assertThat(listed).isEqualTo(used);
  }

  /** Every tool of the third table, with the version that the build gives it. */
  @Test
  void thePage_hasTheVersionsOfTheBuild() {
    String build = Repository.text("pom.xml");
    String page = Repository.text("docs/dependencies.md");
    for (String tool :
        new String[] {"errorprone", "nullaway", "google-java-format", "fray", "jcstress"}) {
      String property = "<" + tool + ".version>";
      int start = build.indexOf(property) + property.length();
      String version = build.substring(start, build.indexOf('<', start));
      assertThat(page).as(tool).contains("| " + version);
    }
    for (String plugin :
        new String[] {
          "spotless-maven-plugin",
          "cyclonedx-maven-plugin",
          "flatten-maven-plugin",
          "japicmp-maven-plugin"
        }) {
      Matcher version =
          Pattern.compile(plugin + "</artifactId>\\s*<version>([^<]+)<").matcher(build);
      assertThat(version.find()).as(plugin).isTrue();
      assertThat(page).as(plugin).contains(version.group(1) + " |");
    }
  }

  /** Artifact and version of each jar that is not jccl's, from its place in a Maven repository. */
  private static Set<String> libraries(String classPath) {
    Set<String> libraries = new TreeSet<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      Path jar = Path.of(entry);
      if (entry.endsWith(".jar") && jar.getNameCount() > 3) {
        Path version = jar.getParent();
        Path artifact = version.getParent();
        if (jar.getFileName().toString().startsWith(artifact.getFileName() + "-")
            && !artifact.getFileName().toString().startsWith("jccl-")) {
          libraries.add(artifact.getFileName() + " " + version.getFileName());
        }
      }
    }
    return libraries;
  }
}
