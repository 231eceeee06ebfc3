package org.jccl.sim.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;

/**
 * Every misuse that one simulation has reported, errors and warnings alike, in order. Warnings are
 * told and the run goes on; in strict mode the kinds that are only fragile are errors too.
 */
public final class Findings {
  private final boolean strict;
  private final Consumer<String> warnings;
  private final String replay;
  private final List<ReportedMisuse> all = Collections.synchronizedList(new ArrayList<>());

  /**
   * @param strict whether {@link MisuseKind.Severity#STRICT} is an error
   * @param warnings told the text of every report that is no error
   * @param replay what replays the run, the last line of every report
   */
  public Findings(boolean strict, Consumer<String> warnings, String replay) {
    this.strict = strict;
    this.warnings = warnings;
    this.replay = replay;
  }

  /** Whether a report of that kind is thrown and stops the communicator. */
  public boolean isError(MisuseKind kind) {
    return switch (kind.severity()) {
      case ERROR -> true;
      case WARNING -> false;
      case STRICT -> strict;
    };
  }

  /** Whether every blocking stream operation is a meeting of its participants (STR-11). */
  public boolean isStrict() {
    return strict;
  }

  /** Keeps a report, and tells it if it is a warning; an error is for the caller to throw. */
  public ReportedMisuse keep(ReportBuilder report) {
    ReportedMisuse found = report.toMisuse(replay);
    all.add(found);
    if (!isError(found.kind())) {
      warnings.accept(String.valueOf(found.getMessage()));
    }
    return found;
  }

  /** All reports so far. */
  public List<ReportedMisuse> all() {
    synchronized (all) {
      return List.copyOf(all);
    }
  }
}
