package org.jccl.sim.faults;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.ResultCode;

/**
 * One thing that breaks: what, and at which call of which rank. It strikes once.
 *
 * @param point where
 * @param kind what
 * @param time how long or how much later; {@link #FOREVER} where that means nothing, or never ends
 * @param code the asynchronous error; {@link ResultCode#REMOTE_ERROR} where that means nothing
 */
public record Fault(FaultPoint point, FaultKind kind, Duration time, ResultCode code) {
  /** Never ends. */
  public static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  private static final Pattern TEXT =
      Pattern.compile("rank\\s+(\\d+)\\s+at\\s+([a-z][a-z0-9_]*)(?:\\s+(\\d+))?\\s*:\\s*(.+)");
  private static final Pattern TIME = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ns|us|µs|ms|s|min)");
  private static final String EXAMPLES =
      "expected such as 'rank 1 at call 3: exit' or 'rank 2 at all_reduce 5: slow 10ms'";

  /**
   * Looks whether the parts go together.
   *
   * @throws IllegalArgumentException if a time is missing, or not positive
   */
  public Fault {
    Objects.requireNonNull(point);
    Objects.requireNonNull(code);
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException(kind.label() + " " + time + ": the time is not positive");
    }
    if (kind.needsTime() && time.equals(FOREVER)) {
      throw new IllegalArgumentException(
          kind.label() + " needs a time, as in '" + kind.label() + " 5ms'");
    }
  }

  /**
   * {@return a fault that needs no time}
   *
   * @param rank the rank that it strikes
   * @param call {@link FaultPoint#ANY}, {@link FaultPoint#OPENING} or the name of calls
   * @param number the how manieth of these calls, from 1 on
   * @param kind what breaks
   */
  public static Fault of(int rank, String call, int number, FaultKind kind) {
    return of(rank, call, number, kind, FOREVER);
  }

  /**
   * {@return a fault that takes a time}
   *
   * @param rank the rank that it strikes
   * @param call {@link FaultPoint#ANY}, {@link FaultPoint#OPENING} or the name of calls
   * @param number the how manieth of these calls, from 1 on
   * @param kind what breaks
   * @param time how long, in virtual time
   */
  public static Fault of(int rank, String call, int number, FaultKind kind, Duration time) {
    return new Fault(new FaultPoint(rank, call, number), kind, time, ResultCode.REMOTE_ERROR);
  }

  /**
   * {@return the fault that a text says, such as {@code rank 2 at all_reduce 5: hang}}
   *
   * @param text as {@link #toString()} writes it; where the number is missing it is 1
   * @throws IllegalArgumentException if it says none
   */
  public static Fault parse(String text) {
    Matcher parts = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!parts.matches()) {
      throw new IllegalArgumentException("'" + text.strip() + "' is no fault: " + EXAMPLES);
    }
    try {
      int number = parts.group(3) == null ? 1 : Integer.parseInt(parts.group(3));
      FaultPoint point = new FaultPoint(Integer.parseInt(parts.group(1)), parts.group(2), number);
      return withKind(point, parts.group(4).strip());
    } catch (NumberFormatException large) {
      throw new IllegalArgumentException("'" + text.strip() + "': a number is too large", large);
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(
          "'" + text.strip() + "' is no fault: " + wrong.getMessage(), wrong);
    }
  }

  private static Fault withKind(FaultPoint point, String words) {
    for (FaultKind kind : FaultKind.values()) {
      if (words.equals(kind.label()) || words.startsWith(kind.label() + " ")) {
        String rest = words.substring(kind.label().length()).strip();
        Duration time = FOREVER;
        ResultCode code = ResultCode.REMOTE_ERROR;
        if (kind == FaultKind.ASYNC_ERROR && !rest.isEmpty()) {
          code = code(rest);
        } else if (kind.takesTime() && !rest.isEmpty()) {
          time = time(rest);
        } else if (!rest.isEmpty()) {
          throw new IllegalArgumentException(kind.label() + " takes nothing, not '" + rest + "'");
        }
        return new Fault(point, kind, time, code);
      }
    }
    StringBuilder known = new StringBuilder();
    for (FaultKind kind : FaultKind.values()) {
      known.append(known.isEmpty() ? "" : ", ").append(kind.label());
    }
    throw new IllegalArgumentException("'" + words + "' is none of " + known);
  }

  private static Duration time(String text) {
    Matcher parts = TIME.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no time: a number and one of ns, us, ms, s, min");
    }
    double unit =
        switch (parts.group(2)) {
          case "ns" -> 1;
          case "us", "µs" -> 1e3;
          case "ms" -> 1e6;
          case "s" -> 1e9;
          default -> 60e9;
        };
    return Duration.ofNanos((long) (Double.parseDouble(parts.group(1)) * unit));
  }

  private static ResultCode code(String text) {
    String name = text.toUpperCase(Locale.ROOT).replace(' ', '_');
    for (ResultCode code : ResultCode.values()) {
      boolean isError = code != ResultCode.SUCCESS && code != ResultCode.IN_PROGRESS;
      if (isError && code.code() > 0 && (code.name().equals(name) || isShortFor(code, name))) {
        return code;
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is no error: use remote error, system error, internal error, …");
  }

  private static boolean isShortFor(ResultCode code, String name) {
    return code.name().equals(name + "_ERROR");
  }

  /** {@return the fault as plans write it: {@code rank 1 at call 3: slow 5ms}} */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(point).append(": ").append(kind.label());
    if (kind.takesTime() && !time.equals(FOREVER)) {
      text.append(' ').append(words(time));
    }
    if (kind == FaultKind.ASYNC_ERROR && code != ResultCode.REMOTE_ERROR) {
      text.append(' ').append(code.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }
    return text.toString();
  }

  private static String words(Duration time) {
    long nanos = time.toNanos();
    if (nanos % 1_000_000_000L == 0) {
      return nanos / 1_000_000_000L + "s";
    }
    if (nanos % 1_000_000 == 0) {
      return nanos / 1_000_000 + "ms";
    }
    return nanos % 1_000 == 0 ? nanos / 1_000 + "us" : nanos + "ns";
  }
}
