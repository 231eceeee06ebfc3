package org.jccl.benchmarks.flight;

import java.util.List;
import java.util.Map;
import org.jccl.CleanText;
import org.jccl.benchmarks.json.BadFileException;
import org.jspecify.annotations.Nullable;

/**
 * A value of a pickle that knows its place.
 *
 * @param file the file, for messages
 * @param path the names that lead to it: {@code entries[3].state}
 * @param value what stands there
 */
record PyNode(String file, String path, @Nullable Object value) {
  static PyNode root(String file, @Nullable Object value) {
    return new PyNode(file, "", value);
  }

  /** A field of a dictionary; null's node if it is not there. */
  PyNode get(String name) throws BadFileException {
    if (!(value instanceof Map<?, ?> map)) {
      throw expected("a dictionary");
    }
    String inner = path.isEmpty() ? name : path + "." + name;
    return new PyNode(file, inner, PickleReader.plain(map.get(name)));
  }

  /** The entries of a dictionary, by name. */
  Map<?, ?> map() throws BadFileException {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw expected("a dictionary");
  }

  int size() throws BadFileException {
    if (value instanceof List<?> list) {
      return list.size();
    }
    throw expected("a list");
  }

  PyNode at(int i) throws BadFileException {
    if (value instanceof List<?> list && i < list.size()) {
      return new PyNode(file, path + "[" + i + "]", PickleReader.plain(list.get(i)));
    }
    throw expected("a list of more than " + i);
  }

  boolean isNone() {
    return value == null;
  }

  /** A text, fit to be shown. */
  String text() throws BadFileException {
    if (value instanceof String text) {
      return CleanText.line(text);
    }
    throw expected("a text");
  }

  long integer() throws BadFileException {
    if (value instanceof Long number) {
      return number;
    }
    throw expected("a whole number");
  }

  BadFileException wrong(String what) {
    return new BadFileException(
        file + ": " + (path.isEmpty() ? "the whole" : "'" + path + "'") + " " + what);
  }

  private BadFileException expected(String what) {
    String found =
        switch (value) {
          case null -> "missing or None";
          case Map<?, ?> map -> "a dictionary";
          case List<?> list -> "a list";
          case String text -> "a text";
          default -> CleanText.line(value.toString());
        };
    return wrong("is " + found + ", expected " + what);
  }
}
