package org.jccl.fidelity.golden;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Strict access to the fields of one JSON object of a recording: what is missing or makes no sense
 * is refused with file, line and field.
 */
final class Fields {
  private static final int MOST_SHOWN = 60;

  private final String file;
  private final String path;
  private final int line;
  private final Map<String, Json> fields;
  private final Set<String> used = new LinkedHashSet<>();

  private Fields(String file, String path, int line, Map<String, Json> fields) {
    this.file = file;
    this.path = path;
    this.line = line;
    this.fields = fields;
  }

  /** The fields of {@code json}, which must be an object. */
  static Fields of(String file, Json json) {
    return of(file, "", json);
  }

  @SuppressWarnings("unchecked") // Json makes no other maps
  private static Fields of(String file, String path, Json json) {
    if (json.value() instanceof Map<?, ?> map) {
      return new Fields(file, path, json.line(), (Map<String, Json>) map);
    }
    String what = path.isEmpty() ? "the line" : "field '" + path + "'";
    throw new BadRecordingException(file + ":" + json.line() + ": " + what + " is no object");
  }

  /** The line on which the object begins. */
  int line() {
    return line;
  }

  boolean has(String name) {
    Json found = fields.get(name);
    return found != null && found.value() != null;
  }

  /** What is wrong with a field, as an exception. */
  BadRecordingException bad(String name, String words) {
    Json found = fields.get(name);
    return new BadRecordingException(
        file
            + ":"
            + (found == null ? line : found.line())
            + ": field '"
            + path
            + name
            + "' "
            + words);
  }

  private Json required(String name) {
    used.add(name);
    Json found = fields.get(name);
    if (found == null || found.value() == null) {
      throw bad(name, "is missing");
    }
    return found;
  }

  private static String shown(@Nullable Object value) {
    String text = value instanceof String words ? "'" + words + "'" : String.valueOf(value);
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
  }

  /** A field's value, which must be a {@code type} that is {@code right}. */
  private <T> T value(String name, Class<T> type, Predicate<T> right, String expected) {
    Object value = required(name).value();
    if (!type.isInstance(value) || !right.test(type.cast(value))) {
      throw bad(name, "is " + shown(value) + ", expected " + expected);
    }
    return type.cast(value);
  }

  String text(String name) {
    return value(name, String.class, any -> true, "text");
  }

  @Nullable String optionalText(String name) {
    used.add(name);
    return has(name) ? text(name) : null;
  }

  /** A text that {@code named} knows. */
  <T> T named(String name, Function<String, @Nullable T> named, String expected) {
    String text = text(name);
    T found = named.apply(text);
    if (found == null) {
      throw bad(name, "is " + shown(text) + ", expected " + expected);
    }
    return found;
  }

  long integer(String name, long least, long most) {
    String expected = "a whole number from " + least + " to " + most;
    return value(name, Long.class, number -> number >= least && number <= most, expected);
  }

  int number(String name, int least, int most) {
    return (int) integer(name, least, most);
  }

  int optional(String name, int otherwise, int least, int most) {
    used.add(name);
    return has(name) ? number(name, least, most) : otherwise;
  }

  /** A finite number that is not negative. */
  double amount(String name) {
    String expected = "a number that is not negative";
    return value(name, Number.class, Fields::isAmount, expected).doubleValue();
  }

  private static boolean isAmount(Number number) {
    return number.doubleValue() >= 0 && Double.isFinite(number.doubleValue());
  }

  @Nullable Boolean optionalTruth(String name) {
    used.add(name);
    return has(name) ? value(name, Boolean.class, any -> true, "true or false") : null;
  }

  @SuppressWarnings("unchecked") // Json makes no other lists
  private List<Json> items(String name) {
    return (List<Json>) value(name, List.class, any -> true, "a list");
  }

  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (Json item : items(name)) {
      if (!(item.value() instanceof String text)) {
        throw bad(name, "holds " + shown(item.value()) + ", expected texts");
      }
      texts.add(text);
    }
    return texts;
  }

  /** A list of whole numbers, none below 0. */
  List<Integer> numbers(String name) {
    return numbers(name, items(name));
  }

  /** A list of lists of whole numbers, none below 0. */
  List<List<Integer>> rowsOfNumbers(String name) {
    List<List<Integer>> rows = new ArrayList<>();
    for (Json item : items(name)) {
      if (!(item.value() instanceof List<?> row)) {
        throw bad(name, "holds " + shown(item.value()) + ", expected lists of numbers");
      }
      rows.add(numbers(name, row));
    }
    return rows;
  }

  private List<Integer> numbers(String name, List<?> items) {
    List<Integer> numbers = new ArrayList<>();
    for (Object item : items) {
      Object value = item instanceof Json json ? json.value() : null;
      if (!(value instanceof Long number) || number < 0 || number > Integer.MAX_VALUE) {
        throw bad(name, "holds " + shown(value) + ", expected numbers from 0");
      }
      numbers.add(number.intValue());
    }
    return numbers;
  }

  /** The items of a list that may hold anything. */
  List<@Nullable Object> mixed(String name) {
    List<@Nullable Object> values = new ArrayList<>();
    items(name).forEach(item -> values.add(item.value()));
    return values;
  }

  List<Fields> objects(String name) {
    List<Json> items = items(name);
    List<Fields> objects = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      objects.add(of(file, path + name + "[" + i + "].", items.get(i)));
    }
    return objects;
  }

  Fields object(String name) {
    return of(file, path + name + ".", required(name));
  }

  Set<String> names() {
    return fields.keySet();
  }

  /** Refuses fields that nobody has asked for: what they mean is unknown. */
  void nothingElse() {
    for (String name : fields.keySet()) {
      if (!used.contains(name)) {
        throw bad(name, "is unknown: this program does not know what it means");
      }
    }
  }
}
