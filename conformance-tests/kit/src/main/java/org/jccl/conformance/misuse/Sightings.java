package org.jccl.conformance.misuse;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;

/**
 * What the ranks of one program have seen so far. Every note is told at once, so that nothing is
 * lost when the process is.
 */
public final class Sightings {
  private static final int MAX_DETAIL = 400;

  private final Consumer<String> told;
  private final AtomicLong notes = new AtomicLong();
  private final Map<Integer, String> inside = new TreeMap<>();
  private final List<ReportedMisuse> reports = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Set<String> outcomes = new LinkedHashSet<>();
  private final List<String> details = new ArrayList<>();
  private final Map<Integer, Set<Integer>> codes = new TreeMap<>();
  private int rightData;

  /** Nothing seen; {@code told} gets a line for each note. */
  public Sightings(Consumer<String> told) {
    this.told = told;
  }

  /** A rank enters a call. */
  synchronized void enters(int rank, String call) {
    inside.put(rank, call);
    tell("call " + rank + " " + call);
  }

  /** It came back. */
  synchronized void returned(int rank, String call, int code) {
    inside.remove(rank);
    tell("code " + rank + " " + call + " " + code);
    if (code != 0) {
      codes.computeIfAbsent(code, none -> new LinkedHashSet<>()).add(rank);
      outcomes.add("code " + code);
      details.add("rank " + rank + ": " + call + " returned " + code);
    }
  }

  /** It came back by an exception, or the rank left it otherwise. */
  synchronized void left(int rank) {
    inside.remove(rank);
    notes.incrementAndGet();
  }

  /** The simulator's word. */
  synchronized void reported(String who, ReportedMisuse report) {
    if (reports.stream().noneMatch(known -> sameText(known, report))) {
      reports.add(report);
      details.add(who + ": " + report.getMessage());
    }
    outcomes.add("report " + report.kind());
    tell("report " + who + " " + report.kind());
  }

  private static boolean sameText(ReportedMisuse one, ReportedMisuse other) {
    return String.valueOf(one.getMessage()).equals(other.getMessage());
  }

  /** A warning of the simulator, whose first word is its kind. */
  synchronized void warned(String text) {
    warnings.add(text);
    String word = text.split("\\W", 2)[0];
    for (MisuseKind kind : MisuseKind.values()) {
      if (kind.name().equals(word)) {
        outcomes.add("report " + kind);
        details.add("warning: " + text);
      }
    }
    tell("warning " + text.lines().findFirst().orElse(""));
  }

  /** A rank does not get on. */
  synchronized void hangs(String where) {
    outcomes.add("hang");
    details.add(where);
    tell("hang " + where);
  }

  /** Data is not what the program would have given without the misuse. */
  synchronized void wrongData(int rank, String what) {
    outcomes.add("wrong data");
    details.add("rank " + rank + ": " + what);
    tell("wrong " + rank + " " + what);
  }

  /** Data is right. */
  synchronized void rightData(int rank, String what) {
    rightData++;
    tell("right " + rank + " " + what);
  }

  /** Something else that matters, such as what a call wrote. */
  synchronized void saw(int rank, String what) {
    details.add("rank " + rank + ": " + what);
    tell("saw " + rank + " " + what);
  }

  /** It could not even begin. */
  synchronized void notRun(String why) {
    outcomes.add("not run");
    details.add(why);
    tell("not run " + why);
  }

  /** A rank's program ended by an exception that is no report. */
  synchronized void threw(int rank, String outcome, Throwable failure) {
    inside.remove(rank);
    outcomes.add(outcome);
    details.add("rank " + rank + ": " + failure);
    tell("threw " + rank + " " + failure);
  }

  private void tell(String line) {
    notes.incrementAndGet();
    told.accept(line.replace('\n', ' '));
  }

  /** Number of notes: it stands still when nobody gets on. */
  long progress() {
    return notes.get();
  }

  /** Which call each rank is in. */
  synchronized String whereabouts() {
    List<String> words = new ArrayList<>();
    inside.forEach((rank, call) -> words.add("rank " + rank + " is in " + call));
    return words.isEmpty() ? "no rank is in a call" : String.join(", ", words);
  }

  /** The simulator's reports that were thrown, in order. */
  public synchronized List<ReportedMisuse> reports() {
    return List.copyOf(reports);
  }

  /** The simulator's warnings, in order. */
  public synchronized List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** The ranks to which a call returned {@code code}. */
  public synchronized Set<Integer> ranksWith(int code) {
    return Set.copyOf(codes.getOrDefault(code, Set.of()));
  }

  /** In a few words: {@code hang}, {@code code 5 + hang}, {@code right data}. */
  public synchronized String outcome() {
    if (outcomes.isEmpty()) {
      return rightData > 0 ? "right data" : "success";
    }
    return String.join(" + ", outcomes);
  }

  /** In more words, on one line. */
  public synchronized String detail() {
    String all = String.join("; ", details).replaceAll("\\s+", " ");
    return all.length() <= MAX_DETAIL ? all : all.substring(0, MAX_DETAIL) + "…";
  }
}
