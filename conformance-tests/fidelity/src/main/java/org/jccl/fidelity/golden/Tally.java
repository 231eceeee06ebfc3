package org.jccl.fidelity.golden;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.fidelity.golden.Replay.Outcome;
import org.jccl.ops.NcclFunction;

/** Counts what came out, by communicator, and keeps the first differences. */
final class Tally {
  private static final int MOST_SHOWN = 20;

  /** What is counted. */
  enum Subject {
    /** Results of calls. */
    CASES("cases"),
    /** Algorithm, protocol and channels of calls. */
    CHOICES("choices"),
    /** Times of {@code ncclGroupSimulateEnd}. */
    ESTIMATES("estimates");

    private final String label;

    Subject(String label) {
      this.label = label;
    }
  }

  /** What differed. */
  record Shown(Entry entry, Finding finding) {}

  private final Summary summary;
  private final Map<Integer, Map<ReplayVerdict, Integer>> byCommunicator = new TreeMap<>();
  private final Map<Subject, Map<ReplayVerdict, Integer>> totals = new EnumMap<>(Subject.class);
  private final List<Shown> shown = new ArrayList<>();
  private int times;
  private int different;

  Tally(Summary summary) {
    this.summary = summary;
    for (Subject subject : Subject.values()) {
      totals.put(subject, new EnumMap<>(ReplayVerdict.class));
    }
  }

  void add(Entry entry, Outcome outcome) {
    if (entry instanceof RecordedMicros micros
        && micros.source() == RecordedMicros.Source.MEASURED) {
      times++; // A clock's: nothing to compare.
      return;
    }
    add(entry instanceof RecordedCase ? Subject.CASES : Subject.ESTIMATES, entry, outcome.result());
    Finding choice = outcome.choice();
    if (choice != null) {
      add(Subject.CHOICES, entry, choice);
    }
  }

  private void add(Subject subject, Entry entry, Finding finding) {
    of(subject).merge(finding.verdict(), 1, Integer::sum);
    if (subject != Subject.CHOICES) {
      byCommunicator
          .computeIfAbsent(entry.communicator(), id -> new EnumMap<>(ReplayVerdict.class))
          .merge(finding.verdict(), 1, Integer::sum);
    }
    if (finding.verdict() == ReplayVerdict.DIFFERENT) {
      different++;
      if (shown.size() < MOST_SHOWN) {
        shown.add(new Shown(entry, finding));
      }
    }
  }

  private Map<ReplayVerdict, Integer> of(Subject subject) {
    return Objects.requireNonNull(totals.get(subject));
  }

  int count(Subject subject, ReplayVerdict verdict) {
    return of(subject).getOrDefault(verdict, 0);
  }

  boolean isEqual() {
    return different == 0;
  }

  /** The first differences, in the order of the file. */
  List<Shown> differences() {
    return List.copyOf(shown);
  }

  void print(RunScreen out) {
    out.println(
        "recording of NCCL "
            + NcclFunction.text(summary.ncclVersion())
            + " on "
            + summary.gpus()
            + " "
            + summary.gpu());
    byCommunicator.forEach(
        (id, counts) -> out.println("  " + communicator(id) + ": " + words(counts)));
    for (Shown each : shown) {
      out.println(
          "different: line "
              + each.entry().line()
              + ", "
              + communicator(each.entry().communicator())
              + ", "
              + what(each.entry())
              + ": "
              + each.finding().words());
    }
    if (different > shown.size()) {
      out.println("… and " + (different - shown.size()) + " more");
    }
    totals.forEach((subject, counts) -> out.println(subject.label + ": " + words(counts)));
    out.println("measured times: " + times + ", not compared");
  }

  private String communicator(int id) {
    return String.valueOf(summary.communicators().get(id));
  }

  private static String what(Entry entry) {
    return switch (entry) {
      case RecordedCase each -> each + choice(each);
      case RecordedMicros each ->
          "estimate of " + Labels.of(each.form()) + " of " + each.bytes() + " bytes";
    };
  }

  private static String choice(RecordedCase recorded) {
    RecordedChoice choice = recorded.parts().getFirst().choice();
    return choice == null ? "" : " by " + choice;
  }

  private static String words(Map<ReplayVerdict, Integer> counts) {
    List<String> words = new ArrayList<>();
    for (ReplayVerdict verdict : ReplayVerdict.values()) {
      int count = counts.getOrDefault(verdict, 0);
      if (count > 0 || verdict != ReplayVerdict.NCCL_DEFECT) {
        words.add(count + " " + verdict.label());
      }
    }
    return String.join(", ", words);
  }
}
