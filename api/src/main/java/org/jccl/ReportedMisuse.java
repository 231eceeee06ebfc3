package org.jccl;

import java.util.List;

/**
 * The simulator found a misuse that NCCL would answer with a hang, a crash or silently wrong data.
 *
 * <p>It has no result code of NCCL. The rank that completes the evidence gets it at its call, ranks
 * that wait get it at once, every other member of the communicator at its next call.
 */
public final class ReportedMisuse extends CollectiveException {
  private static final long serialVersionUID = 1L;

  /** What was found. */
  private final MisuseKind kind;

  private final transient List<Integer> ranks;

  /**
   * A report.
   *
   * @param kind what was found
   * @param ranks the ranks involved, ascending
   * @param report the whole report, several lines
   */
  public ReportedMisuse(MisuseKind kind, List<Integer> ranks, String report) {
    super(ResultCode.UNKNOWN, report);
    this.kind = kind;
    this.ranks = List.copyOf(ranks);
  }

  /** {@return what was found} */
  public MisuseKind kind() {
    return kind;
  }

  /** {@return the ranks involved, ascending} */
  public List<Integer> ranks() {
    return ranks;
  }
}
