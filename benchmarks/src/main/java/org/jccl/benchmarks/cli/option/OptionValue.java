package org.jccl.benchmarks.cli.option;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jccl.CleanText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * One kind of value that options take.
 *
 * @param <T> what a command gets
 */
public abstract class OptionValue<T> implements ITypeConverter<T> {
  /**
   * Splits a list at its commas, and leaves a comma that separates nothing where it is: it is part
   * of a value then, which is refused.
   */
  public static final String LIST = ",(?=[^,])";

  private static final Pattern SAYS_WHAT_IS_ALLOWED =
      Pattern.compile(": (give|name|use|write|there are) ");

  private static final int MOST_SHOWN = 60;

  /**
   * The value that {@code text} means.
   *
   * @throws TypeConversionException with what is wrong and what is allowed, in one line
   */
  @Override
  public final T convert(String text) {
    try {
      if (text.isBlank()) {
        throw refused("it is empty");
      }
      return parse(text);
    } catch (TypeConversionException refused) {
      throw new TypeConversionException(shown(refused, text));
    } catch (IllegalArgumentException wrong) {
      String words = shown(wrong, text);
      throw SAYS_WHAT_IS_ALLOWED.matcher(words).find()
          ? new TypeConversionException(words)
          : refused(words);
    }
  }

  /** What was said of {@code text}, in which the text itself is fit to be shown, and short. */
  private static String shown(Exception wrong, String text) {
    String words = String.valueOf(wrong.getMessage());
    int most = Math.min(text.length(), MOST_SHOWN);
    String shown = text.substring(0, most) + (most < text.length() ? "…" : "");
    for (String form : List.of(text, text.strip(), text.toLowerCase(Locale.ROOT))) {
      words = words.replace("'" + form + "'", "'" + shown + "'");
      words = words.replace('"' + form + '"', "'" + shown + "'");
    }
    return CleanText.line(words);
  }

  /**
   * The value that {@code text} means, which is not empty.
   *
   * @throws IllegalArgumentException with what is wrong and what is allowed, in one line
   */
  protected abstract T parse(String text);

  /** What is allowed: "give 1 to 8". */
  protected abstract String allowed();

  /** {@code what} is wrong. */
  protected final TypeConversionException refused(String what) {
    return new TypeConversionException(what + ": " + allowed());
  }
}
