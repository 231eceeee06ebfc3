package org.jccl.ops;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which calls may become a part of a larger one, and what they may not share (rules GRP-33 to
 * GRP-35). All ranks find the same.
 */
public final class Coalescing {
  private Coalescing() {}

  /**
   * {@return whether such a call and another one of its kind are the same as one call of all their
   * elements: it moves each element by itself} A sum whose contributions are multiplied is a
   * reduction of one rank, and becomes no part of another call.
   *
   * @param call the call
   */
  public static boolean allow(CallArguments call) {
    return KernelCalls.isCollective(call)
        && !call.operation().hasBlocks()
        && call.setting() == null
        && call.partOf() == null;
  }

  /** Memory that the calls of a group use. */
  public static final class Ranges {
    /** Bytes from {@code start} to before {@code end}. */
    private record Range(long start, long end, boolean isWritten, int call) {
      boolean meets(@Nullable Range other) {
        return other != null && other.call != call && other.end > start;
      }
    }

    private final List<Range> ranges = new ArrayList<>();

    /** None yet. */
    public Ranges() {}

    /**
     * Adds what a call uses.
     *
     * @param address where it begins
     * @param bytes how long it is
     * @param isWritten whether the call writes it
     * @param call number of the call
     */
    public void add(long address, long bytes, boolean isWritten, int call) {
      ranges.add(new Range(address, address + bytes, isWritten, call));
    }

    /** {@return what overlaps, in words; empty if no call writes what another one uses} */
    public String overlap() {
      ranges.sort(Comparator.comparingLong(Range::start));
      Furthest any = new Furthest();
      Furthest written = new Furthest();
      for (Range each : ranges) {
        Range met = each.isWritten ? any.before(each) : written.before(each);
        if (met != null) {
          return "calls "
              + (Math.min(met.call, each.call) + 1)
              + " and "
              + (Math.max(met.call, each.call) + 1)
              + " overlap: one writes what the other uses";
        }
        any.add(each);
        if (each.isWritten) {
          written.add(each);
        }
      }
      return "";
    }

    /** The ranges that reach furthest, of two different calls. */
    private static final class Furthest {
      private @Nullable Range first;
      private @Nullable Range second;

      void add(Range range) {
        Range most = first;
        if (most == null || most.call == range.call) {
          first = most == null || range.end > most.end ? range : most;
        } else if (range.end > most.end) {
          second = most;
          first = range;
        } else if (second == null || range.end > second.end) {
          second = range;
        }
      }

      /** One that another call uses and that reaches into {@code range}; null if there is none. */
      @Nullable Range before(Range range) {
        return range.meets(first) ? first : range.meets(second) ? second : null;
      }
    }
  }
}
