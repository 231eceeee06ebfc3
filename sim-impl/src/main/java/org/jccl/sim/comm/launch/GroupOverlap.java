package org.jccl.sim.comm.launch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jccl.MisuseKind;
import org.jccl.sim.check.Caller;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jccl.sim.device.KeptMemory;
import org.jspecify.annotations.Nullable;

/**
 * The members of one group on one communicator are one operation: no output of one may be another's
 * input or output (rules GRP-20, P2P-17; SIM-22).
 */
final class GroupOverlap {
  /** One buffer of one member; {@code what} it is in words. */
  private record Range(long start, long end, String what, LaunchedCall part) {
    boolean written() {
      return what == OUTPUT;
    }
  }

  private static final String INPUT = "the input of ";
  private static final String OUTPUT = "the output of ";
  private static final String SCALAR = "the device scalar of ";

  private GroupOverlap() {}

  /** What is wrong with the group, or null. */
  static @Nullable ReportBuilder in(Launch launch) {
    return areApart(launch.parts()) ? null : search(launch);
  }

  /**
   * The usual case, found without sorting: outputs that ascend, all of them before or behind all
   * inputs.
   */
  private static boolean areApart(List<LaunchedCall> parts) {
    long outFrom = Long.MAX_VALUE;
    long outTo = Long.MIN_VALUE;
    long inFrom = Long.MAX_VALUE;
    long inTo = Long.MIN_VALUE;
    for (int i = 0; i < parts.size(); i++) {
      LaunchedCall part = parts.get(i);
      if (part.recv() != null) {
        long start = part.request().recv();
        if (start < outTo) {
          return false;
        }
        outFrom = Math.min(outFrom, start);
        outTo = start + part.recv().byteSize();
      }
      if (part.send() != null) {
        inFrom = Math.min(inFrom, part.request().send());
        inTo = Math.max(inTo, part.request().send() + part.send().byteSize());
      }
      KeptMemory scalar = part.request().deviceScalar();
      if (scalar != null) {
        inFrom = Math.min(inFrom, scalar.address());
        inTo = Math.max(inTo, scalar.address() + scalar.byteSize());
      }
    }
    return outTo <= inFrom || inTo <= outFrom;
  }

  private static @Nullable ReportBuilder search(Launch launch) {
    List<Range> ranges = new ArrayList<>();
    for (LaunchedCall part : launch.parts()) {
      if (part.send() != null) {
        long start = part.request().send();
        ranges.add(new Range(start, start + part.send().byteSize(), INPUT, part));
      }
      if (part.recv() != null) {
        long start = part.request().recv();
        ranges.add(new Range(start, start + part.recv().byteSize(), OUTPUT, part));
      }
      KeptMemory scalar = part.request().deviceScalar();
      if (scalar != null) {
        long start = scalar.address();
        ranges.add(new Range(start, start + scalar.byteSize(), SCALAR, part));
      }
    }
    ranges.sort(Comparator.comparingLong(Range::start));
    List<Range> open = new ArrayList<>();
    for (Range range : ranges) {
      open.removeIf(before -> before.end <= range.start);
      for (Range before : open) {
        if (conflict(launch, before, range)) {
          return report(launch, before, range);
        }
      }
      open.add(range);
    }
    return null;
  }

  private static boolean conflict(Launch launch, Range a, Range b) {
    if (a.part == b.part || !(a.written() || b.written())) {
      return false;
    }
    boolean message = a.part.isMessage() && b.part.isMessage();
    if (message && a.start == b.start && a.end == b.end && toSelf(a.part) && toSelf(b.part)) {
      return false; // P2P-07: NCCL drops a message to oneself that stays where it is
    }
    // GRP-07: alone on its communicator a rank runs collectives one after the other
    return launch.member().worldSize() > 1 || message;
  }

  private static boolean toSelf(LaunchedCall part) {
    return part.request().rootOrPeer() == part.rank();
  }

  private static ReportBuilder report(Launch launch, Range a, Range b) {
    Caller caller = launch.member().caller();
    boolean isOneCall = a.part.isOneCallWith(b.part);
    return new ReportBuilder(
            isOneCall ? MisuseKind.BUFFER_OVERLAP : MisuseKind.GROUP_HAZARD,
            " in "
                + launch.member().comm().name()
                + ", "
                + caller.name()
                + ": "
                + words(caller, a)
                + " and "
                + words(caller, b)
                + (isOneCall ? "" : " of one group")
                + " overlap by "
                + (Math.min(a.end, b.end) - b.start)
                + " bytes")
        .rank(caller, a.part.call(), caller.site(a.part.call()))
        .rank(caller, b.part.call(), caller.site(b.part.call()))
        .line("the members of a group have no order among themselves (GRP-20, P2P-17, SIM-22)");
  }

  private static String words(Caller caller, Range range) {
    return range.what + caller.words(range.part.call());
  }
}
