package org.jccl.benchmarks.cli.option;

/** Numbers with limits. */
public final class Numbers {
  /** More ranks than this are a slip of the pen. */
  private static final int MOST_RANKS = 65_536;

  private static final int MANY = 1_000_000_000;
  private static final long A_YEAR = 366L * 24 * 3600;

  private Numbers() {}

  /** A whole number from {@code least} to {@code most}. */
  private abstract static class Ranged<T> extends OptionValue<T> {
    private final long least;
    private final long most;

    Ranged(long least, long most) {
      this.least = least;
      this.most = most;
    }

    @Override
    protected final String allowed() {
      return "give " + least + (least + 1 == most ? " or " : " to ") + most;
    }

    final long number(String text) {
      if (!text.matches("[+-]?\\d+")) {
        throw refused("'" + text + "' is no whole number");
      }
      try {
        long number = Long.parseLong(text);
        if (number >= least && number <= most) {
          return number;
        }
      } catch (NumberFormatException tooLong) {
        throw refused(text + (text.startsWith("-") ? " is too small" : " is too large"));
      }
      throw refused(text + (text.startsWith("-") ? " is negative" : " is not in the range"));
    }
  }

  private abstract static class Int extends Ranged<Integer> {
    Int(int least, int most) {
      super(least, most);
    }

    @Override
    protected final Integer parse(String text) {
      return Math.toIntExact(number(text));
    }
  }

  private abstract static class Wide extends Ranged<Long> {
    Wide(long least, long most) {
      super(least, most);
    }

    @Override
    protected final Long parse(String text) {
      return number(text);
    }
  }

  /** How many ranks. */
  public static final class Ranks extends Int {
    /** For picocli. */
    public Ranks() {
      super(1, MOST_RANKS);
    }
  }

  /** How many ranks, where one alone has nobody to send to. */
  public static final class SeveralRanks extends Int {
    /** For picocli. */
    public SeveralRanks() {
      super(2, MOST_RANKS);
    }
  }

  /** How many ranks, where each is a thread of its own, or a GPU, of one host. */
  public static final class RanksOfAHost extends Int {
    /** For picocli. */
    public RanksOfAHost() {
      super(1, 8);
    }
  }

  /** How many processes of this host. */
  public static final class Processes extends Int {
    /** For picocli. */
    public Processes() {
      super(1, 4_096);
    }
  }

  /** The number of a rank. */
  public static final class RankNumber extends Int {
    /** For picocli. */
    public RankNumber() {
      super(0, MOST_RANKS - 1);
    }
  }

  /** How many times something is done. */
  public static final class Times extends Int {
    /** For picocli. */
    public Times() {
      super(1, MANY);
    }
  }

  /** How many times something is done, perhaps not at all. */
  public static final class TimesOrNone extends Int {
    /** For picocli. */
    public TimesOrNone() {
      super(0, MANY);
    }
  }

  /** How many times something is done, perhaps very often. */
  public static final class ManyTimes extends Wide {
    /** For picocli. */
    public ManyTimes() {
      super(1, 1_000_000_000_000L);
    }
  }

  /** No or yes, as nccl-tests has it. */
  public static final class ZeroOrOne extends Int {
    /** For picocli. */
    public ZeroOrOne() {
      super(0, 1);
    }
  }

  /** What one size is multiplied by for the next. */
  public static final class Factor extends Wide {
    /** For picocli. */
    public Factor() {
      super(2, MANY);
    }
  }

  /** A TCP port. */
  public static final class Port extends Int {
    /** For picocli. */
    public Port() {
      super(1, 65_535);
    }
  }

  /** Milliseconds, up to an hour. */
  public static final class Milliseconds extends Int {
    /** For picocli. */
    public Milliseconds() {
      super(1, 3_600_000);
    }
  }

  /** Whole seconds. */
  public static final class Seconds extends Wide {
    /** For picocli. */
    public Seconds() {
      super(1, A_YEAR);
    }
  }

  /** Where a generator of random numbers begins. */
  public static final class Seed extends Wide {
    /** For picocli. */
    public Seed() {
      super(Long.MIN_VALUE, Long.MAX_VALUE);
    }
  }

  /** A time limit in seconds, with a fraction. */
  public static final class TimeLimit extends OptionValue<Double> {
    @Override
    protected Double parse(String text) {
      if (!text.matches("\\d{1,12}(\\.\\d{1,9})?")) {
        throw refused("'" + text + "' is no number of seconds");
      }
      double seconds = Double.parseDouble(text);
      if (!(seconds > 0 && seconds <= A_YEAR)) {
        throw refused(text + " is not in the range");
      }
      return seconds;
    }

    @Override
    protected String allowed() {
      return "give more than 0 and at most " + A_YEAR + ", as in 2.5";
    }
  }
}
