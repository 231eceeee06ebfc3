package org.jccl.benchmarks.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.CleanText;
import org.jccl.file.BoundedFile;
import org.jspecify.annotations.Nullable;

/**
 * A value of a JSON file that knows its line.
 *
 * @param file the file, for messages
 * @param line where the value begins, from 1
 * @param path the names that lead to it: {@code machine.nvLinks}; empty for the whole file
 * @param value a map or a list of nodes, a text, a number, a truth value, or null
 */
public record JsonNode(String file, int line, String path, @Nullable Object value) {
  private static final int MOST_BYTES = 1 << 29;

  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Reads a file whose whole content is one JSON value. */
  public static JsonNode read(Path path) throws BadFileException {
    String text;
    try {
      text = BoundedFile.text(path, MOST_BYTES);
    } catch (IOException unreadable) {
      throw new BadFileException(String.valueOf(unreadable.getMessage()));
    }
    return parse(path.toString(), text);
  }

  /** Reads a text that is one JSON value; complaints call it {@code file}. */
  public static JsonNode parse(String file, String text) throws BadFileException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new BadFileException(file + ": the file is empty");
      }
      JsonNode whole = read(parser, file, "");
      if (parser.nextToken() != null) {
        int line = parser.currentTokenLocation().getLineNr();
        throw new BadFileException(file + ", line " + line + ": more than one JSON value");
      }
      return whole;
    } catch (StreamConstraintsException beyond) {
      throw new BadFileException(
          file + ": it is nested too deeply, or a text or number in it is too long");
    } catch (JsonEOFException cut) {
      throw new BadFileException(
          "%s, line %d: not JSON: it ends too early"
              .formatted(file, cut.getLocation().getLineNr()));
    } catch (JsonProcessingException broken) {
      JsonLocation place = broken.getLocation();
      throw new BadFileException(
          "%s, line %d: not JSON: %s"
              .formatted(file, place == null ? 1 : place.getLineNr(), oneLine(broken)));
    } catch (IOException impossible) {
      throw new UncheckedIOException("a text could not be read", impossible);
    }
  }

  private static String oneLine(JsonProcessingException broken) {
    String words = String.valueOf(broken.getOriginalMessage()).lines().findFirst().orElse("");
    return words.replaceFirst(": enable `.*", ""); // how a programmer could allow it
  }

  private static JsonNode read(JsonParser parser, String file, String path) throws IOException {
    int line = parser.currentTokenLocation().getLineNr();
    return new JsonNode(file, line, path, value(parser, file, path));
  }

  private static @Nullable Object value(JsonParser parser, String file, String path)
      throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          fields.put(name, read(parser, file, path.isEmpty() ? name : path + "." + name));
        }
        yield fields;
      }
      case START_ARRAY -> {
        List<JsonNode> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(read(parser, file, path + "[" + elements.size() + "]"));
        }
        yield elements;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  /** What is wrong with this value, in one line. */
  public BadFileException wrong(String what) {
    String where = path.isEmpty() ? "" : " field '" + path + "'";
    return new BadFileException(file + ", line " + line + ":" + where + " " + what);
  }

  /** The fields of an object. */
  public JsonFields fields() throws BadFileException {
    if (!(value instanceof Map<?, ?> map)) {
      throw expected("an object");
    }
    Map<String, JsonNode> nodes = new LinkedHashMap<>();
    map.forEach((name, node) -> nodes.put((String) name, (JsonNode) node));
    return new JsonFields(this, nodes);
  }

  /** The elements of a list. */
  public List<JsonNode> elements() throws BadFileException {
    if (!(value instanceof List<?> list)) {
      throw expected("a list");
    }
    return list.stream().map(JsonNode.class::cast).toList();
  }

  /** A text, fit to be shown: it comes from outside. */
  public String text() throws BadFileException {
    if (value instanceof String text) {
      return CleanText.report(text);
    }
    throw expected("a text");
  }

  /** A finite number. */
  public double number() throws BadFileException {
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw expected("a number");
  }

  /** A whole number. */
  public long integer() throws BadFileException {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw expected("a whole number");
  }

  /** A truth value. */
  public boolean flag() throws BadFileException {
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw expected("true or false");
  }

  private BadFileException expected(String what) {
    String found =
        switch (value) {
          case null -> "null";
          case Map<?, ?> map -> "an object";
          case List<?> list -> "a list";
          case String text -> "'" + text.lines().findFirst().orElse("") + "'";
          default -> value.toString();
        };
    return wrong("is " + found + ", expected " + what);
  }
}
