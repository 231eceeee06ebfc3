package org.jccl.fidelity.golden;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value that knows the line it stands on, so that complaints can name it.
 *
 * @param line from 1
 * @param value a String, Long, Double, Boolean, {@code List<Json>}, {@code Map<String, Json>}, or
 *     null
 */
record Json(int line, @Nullable Object value) {
  private static final JsonFactory FACTORY = new JsonFactory();

  /**
   * The only value in {@code text}.
   *
   * @param file its name, for complaints
   * @param firstLine the number of its first line
   * @throws BadRecordingException if it is no JSON, or more than one value
   */
  static Json parse(String text, String file, int firstLine) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      Json whole = new Reader(parser, file, firstLine).value();
      if (parser.nextToken() != null) {
        throw new BadRecordingException(
            file + ":" + line(parser, firstLine) + ": more follows after the end of the object");
      }
      return whole;
    } catch (StreamConstraintsException beyond) {
      throw new BadRecordingException(
          file + ":" + firstLine + ": this is nested too deeply, or a text in it is too long");
    } catch (JsonEOFException cut) {
      int line = firstLine + Math.max(0, cut.getLocation().getLineNr() - 1);
      throw new BadRecordingException(file + ":" + line + ": this is no JSON: it ends too early");
    } catch (JsonProcessingException broken) {
      int line = firstLine + Math.max(0, broken.getLocation().getLineNr() - 1);
      throw new BadRecordingException(
          file + ":" + line + ": this is no JSON: " + firstLine(broken.getOriginalMessage()));
    } catch (IOException impossible) {
      throw new UncheckedIOException("a text could not be read", impossible);
    }
  }

  private static String firstLine(String words) {
    return words.lines().findFirst().orElse(words);
  }

  private static int line(JsonParser parser, int firstLine) {
    return firstLine + parser.currentTokenLocation().getLineNr() - 1;
  }

  /** Builds values from tokens. */
  private record Reader(JsonParser parser, String file, int firstLine) {
    Json value() throws IOException {
      JsonToken token = parser.currentToken();
      int line = line(parser, firstLine);
      if (token == null) {
        throw new BadRecordingException(file + ":" + line + ": nothing stands here");
      }
      return new Json(
          line,
          switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> integer(line);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> throw new BadRecordingException(file + ":" + line + ": unexpected " + token);
          });
    }

    private Long integer(int line) throws IOException {
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw new BadRecordingException(
            file + ":" + line + ": the number " + parser.getText() + " is too large");
      }
      return parser.getLongValue();
    }

    private Map<String, Json> object() throws IOException {
      Map<String, Json> fields = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        Json value = value();
        if (fields.put(name, value) != null) {
          throw new BadRecordingException(
              file + ":" + value.line() + ": field '" + name + "' stands there twice");
        }
      }
      return fields;
    }

    private List<Json> array() throws IOException {
      List<Json> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(value());
      }
      return items;
    }
  }
}
