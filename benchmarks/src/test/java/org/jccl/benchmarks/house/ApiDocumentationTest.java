package org.jccl.benchmarks.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every operation and every method of a communicator names its function of NCCL, or the form that
 * does. That all is described, {@code ./jccl javadoc} checks.
 */
class ApiDocumentationTest {
  private static final Pattern METHOD =
      Pattern.compile(
          "/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n  (?! |record)([^/;{]*?(\\w+)\\([^/;{]*)[;{]");

  /** In one line or, where it is wrapped, in two. */
  private static final Pattern NAMES = Pattern.compile("\\{@code[\\s*]+nccl");

  /** Methods of jccl's own. */
  private static final Set<String> OWN =
      Set.of(
          "blocking",
          "config",
          "defaultStream",
          "issue",
          "name",
          "plan",
          "prepare",
          "state",
          "tuning");

  @ParameterizedTest
  @ValueSource(strings = {"Collectives", "Communicator"})
  void everyMethod_namesItsFunction(String type) {
    String source = Repository.text("api/src/main/java/org/jccl/" + type + ".java");
    List<String> methods = new ArrayList<>();
    List<String> without = new ArrayList<>();
    Matcher method = METHOD.matcher(source);
    while (method.find()) {
      String words = method.group(1);
      methods.add(method.group(3));
      boolean names = NAMES.matcher(words).find() || words.contains("The same with a config");
      if (!names && !words.contains("{@link #") && !OWN.contains(method.group(3))) {
        without.add(method.group(2));
      }
    }
    assertThat(methods).hasSizeGreaterThan(25);
    assertThat(without).isEmpty();
  }
}
