package org.jccl.sim.check;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jccl.CleanText;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ops.Call;
import org.jspecify.annotations.Nullable;

/**
 * One report while it is written: what was found, a line for each rank with its call and where it
 * was made, what to do, and the line that replays the run.
 */
public final class ReportBuilder {
  private final MisuseKind kind;
  private final StringBuilder text;
  private final TreeSet<Integer> ranks = new TreeSet<>();

  /** Begins with the kind, followed by {@code summary}. */
  public ReportBuilder(MisuseKind kind, String summary) {
    this.kind = kind;
    this.text = new StringBuilder(kind.name()).append(summary);
  }

  /** What was found. */
  public MisuseKind kind() {
    return kind;
  }

  /** A rank that is involved, what it called, and where; null if only a replay could say where. */
  public ReportBuilder rank(int rank, Object call, @Nullable String site) {
    ranks.add(rank);
    return rank("rank " + rank, call, site);
  }

  /** A rank that is involved, as the whole program knows it; what it called, and where. */
  public ReportBuilder rank(Caller caller, Object call, @Nullable String site) {
    ranks.add(caller.worldRank());
    String words = call instanceof Call known ? caller.words(known) : String.valueOf(call);
    return rank(caller.name(), words, site);
  }

  private ReportBuilder rank(String name, Object call, @Nullable String site) {
    text.append("\n  ").append(name).append(": ").append(call);
    text.append("\n    ");
    text.append(site == null ? "(its call site: replay with checks FULL)" : site);
    return this;
  }

  /**
   * Two ranks that are involved, the lower one first, with their calls and where they made them.
   */
  public ReportBuilder both(Call first, Caller firstCaller, Call call, Caller caller) {
    String firstSite = firstCaller.site(first);
    String site = caller.site(call);
    if (firstCaller.worldRank() <= caller.worldRank()) {
      return rank(firstCaller, first, firstSite).rank(caller, call, site);
    }
    return rank(caller, call, site).rank(firstCaller, first, firstSite);
  }

  /** Ranks that are involved without a line of their own. */
  public ReportBuilder among(Collection<Integer> involved) {
    ranks.addAll(involved);
    return this;
  }

  /** One more line: a cycle, what to do. */
  public ReportBuilder line(String words) {
    text.append("\n  ").append(words);
    return this;
  }

  /** The ranks that are involved so far. */
  Collection<Integer> ranks() {
    return List.copyOf(ranks);
  }

  /** What is written so far. */
  String text() {
    return text.toString();
  }

  /** The finished report; {@code replay} is its last line. */
  public ReportedMisuse toMisuse(String replay) {
    String words = CleanText.report(text + "\n  replay: " + replay);
    return new ReportedMisuse(kind, List.copyOf(ranks), words);
  }
}
