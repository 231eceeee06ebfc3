package org.jccl.process;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jccl.CleanText;
import org.jspecify.annotations.Nullable;

/** Environment variables; what is missing or wrong is an exception that names the variable. */
record LaunchVariables(Map<String, String> env) {
  /** The value without the space around it, or null if it is not set or blank. */
  @Nullable String text(String name) {
    String value = env.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  /** All but one. */
  Map<String, String> without(String name) {
    Map<String, String> others = new HashMap<>(env);
    others.remove(name);
    return others;
  }

  String required(String name, String meaning) {
    String text = text(name);
    if (text == null) {
      throw missing(name, meaning);
    }
    return text;
  }

  boolean has(String name) {
    return text(name) != null;
  }

  /** The first of these that is set, or null. */
  @Nullable String firstSet(List<String> names) {
    return names.stream().filter(this::has).findFirst().orElse(null);
  }

  int number(String name, String meaning, int min, int max) {
    String text = required(name, meaning);
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException ignored) {
      // Said below, together with numbers out of range.
    }
    String range = max == Integer.MAX_VALUE ? min + " or more" : min + " to " + max;
    throw wrong(name, "expected " + meaning + ": " + range);
  }

  /** The first of these that is set, as a number of 0 or more; empty if none is. */
  OptionalInt firstNumber(List<String> names, String meaning) {
    String name = firstSet(names);
    return name == null
        ? OptionalInt.empty()
        : OptionalInt.of(number(name, meaning, 0, Integer.MAX_VALUE));
  }

  IllegalStateException wrong(String name, String expected) {
    return new IllegalStateException(
        "environment variable " + name + " is '" + CleanText.line(text(name)) + "', " + expected);
  }

  static IllegalStateException missing(String name, String meaning) {
    return new IllegalStateException("environment variable " + name + " is not set: " + meaning);
  }
}
