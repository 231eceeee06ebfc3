package org.jccl.sim.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * The decisions of one run, in order: at each choice point with more than one alternative the
 * number of the one that was taken. Behind its end every decision is 0, first come, first served,
 * so trailing zeros are left away.
 *
 * <p>As text the numbers stand between dots, and {@code 0x14} is fourteen zeros: {@code
 * 1.0x14.2.0x3.1}. The text {@code fifo} is the stream without a number.
 */
public final class ChoiceStream {
  private static final String EMPTY = "fifo";

  /** All zeros. */
  public static final ChoiceStream FIFO = new ChoiceStream(new int[0]);

  private final int[] taken;

  private ChoiceStream(int[] taken) {
    this.taken = taken;
  }

  /**
   * {@return the stream of those decisions}
   *
   * @param taken the number of the alternative at each choice point, not negative
   */
  public static ChoiceStream of(int... taken) {
    int length = taken.length;
    while (length > 0 && taken[length - 1] == 0) {
      length--;
    }
    return length == 0 ? FIFO : new ChoiceStream(Arrays.copyOf(taken, length));
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @param text the text
   * @return the stream
   * @throws IllegalArgumentException if it is something else
   */
  public static ChoiceStream parse(String text) {
    String words = text.strip();
    if (words.equals(EMPTY)) {
      return FIFO;
    }
    List<Integer> all = new ArrayList<>();
    try {
      for (String word : words.split("\\.", -1)) {
        int times = word.indexOf('x');
        int value = Integer.parseInt(times < 0 ? word : word.substring(0, times));
        int count = times < 0 ? 1 : Integer.parseInt(word.substring(times + 1));
        if (value < 0 || count < 1 || all.size() + count > 1_000_000) {
          throw unreadable(text);
        }
        for (int i = 0; i < count; i++) {
          all.add(value);
        }
      }
    } catch (NumberFormatException noNumber) {
      throw unreadable(text);
    }
    return of(all.stream().mapToInt(Integer::intValue).toArray());
  }

  private static IllegalArgumentException unreadable(String text) {
    return new IllegalArgumentException(
        "choices \"" + text + "\", expected as a failure tells them: \"1.0x14.2.0x3.1\" or fifo");
  }

  /** {@return how many decisions it has, without trailing zeros} */
  public int length() {
    return taken.length;
  }

  /**
   * {@return the number of the alternative that is taken at a choice point; 0 behind the end}
   *
   * @param point the number of the choice point, from 0
   */
  public int at(int point) {
    return point < taken.length ? taken[point] : 0;
  }

  /** {@return how many decisions are not 0: how far it is from first come, first served} */
  public int departures() {
    int departures = 0;
    for (int each : taken) {
      departures += each == 0 ? 0 : 1;
    }
    return departures;
  }

  /** The same with another decision at one point. */
  ChoiceStream with(int point, int value) {
    int[] changed = Arrays.copyOf(taken, Math.max(taken.length, point + 1));
    changed[point] = value;
    return of(changed);
  }

  /** Its first decisions alone. */
  ChoiceStream first(int length) {
    return of(Arrays.copyOf(taken, Math.min(length, taken.length)));
  }

  /** The same without one decision: those behind it move up. */
  ChoiceStream without(int point) {
    int[] fewer = new int[Math.max(0, taken.length - 1)];
    for (int i = 0; i < fewer.length; i++) {
      fewer[i] = taken[i < point ? i : i + 1];
    }
    return of(fewer);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChoiceStream stream && Arrays.equals(taken, stream.taken);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(taken);
  }

  @Override
  public String toString() {
    if (taken.length == 0) {
      return EMPTY;
    }
    StringJoiner words = new StringJoiner(".");
    for (int i = 0; i < taken.length; ) {
      int end = i;
      while (end < taken.length && taken[end] == taken[i]) {
        end++;
      }
      if (end - i > 2) {
        words.add(taken[i] + "x" + (end - i));
      } else {
        for (int j = i; j < end; j++) {
          words.add(String.valueOf(taken[j]));
        }
      }
      i = end;
    }
    return words.toString();
  }
}
