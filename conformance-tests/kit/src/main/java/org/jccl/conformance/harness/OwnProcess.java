package org.jccl.conformance.harness;

import java.util.Map;
import java.util.TreeMap;
import org.opentest4j.TestAbortedException;

/**
 * Rules that need a process which was started with certain environment variables, or one that
 * nothing else runs in: where the subject cannot give that by itself, the rule is skipped in words
 * that whoever runs the rules understands, and runs it again in such a process.
 */
public final class OwnProcess {
  /** A variable that is no one's: a process with it runs a single rule. */
  private static final String ALONE = "JCCL_ALONE";

  private static final String WORDS = "not run: needs a process with";

  private OwnProcess() {}

  /** The environment of a process that runs one rule only. */
  public static Map<String, String> alone() {
    return Map.of(ALONE, "1");
  }

  /** Whether a process with this environment runs one rule only. */
  public static boolean isAlone(Map<String, String> environment) {
    return environment.containsKey(ALONE);
  }

  /** Whether this process was started with all of these. */
  public static boolean isStartedWith(Map<String, String> environment) {
    return environment.entrySet().stream()
        .allMatch(each -> each.getValue().equals(System.getenv(each.getKey())));
  }

  /** What a rule that needs this environment is skipped with. */
  public static TestAbortedException needed(Map<String, String> environment) {
    StringBuilder words = new StringBuilder(WORDS);
    new TreeMap<>(environment)
        .forEach((name, value) -> words.append(' ').append(name).append('=').append(value));
    return new TestAbortedException(words.toString());
  }

  /** The environment that a rule was skipped for want of; empty if that was not why. */
  public static Map<String, String> neededBy(String words) {
    Map<String, String> environment = new TreeMap<>();
    if (words.startsWith(WORDS)) {
      for (String each : words.substring(WORDS.length()).strip().split(" ")) {
        int equals = each.indexOf('=');
        if (equals > 0) {
          environment.put(each.substring(0, equals), each.substring(equals + 1));
        }
      }
    }
    return environment;
  }
}
