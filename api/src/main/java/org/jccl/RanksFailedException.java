package org.jccl;

import java.util.List;

/**
 * One or more ranks of a {@link Ranks} run failed. The message is the whole report; the cause is
 * the failure that came first, the others are suppressed exceptions.
 */
public final class RanksFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * The failure of one rank.
   *
   * @param rank who
   * @param phase what the rank was at: {@code opening}, {@code running}, {@code closing}
   * @param cause what it threw
   * @param secondary whether it is a consequence of the first failure: its communicator was
   *     aborted, or a peer had left
   */
  public record RankFailure(int rank, String phase, Throwable cause, boolean secondary) {}

  private final transient List<RankFailure> failures;

  /** A report over failures in their order of occurrence, at least one. */
  RanksFailedException(String report, List<RankFailure> failures) {
    super(report, failures.getFirst().cause());
    this.failures = List.copyOf(failures);
    for (RankFailure failure : failures.subList(1, failures.size())) {
      if (failure.cause() != getCause()) {
        addSuppressed(failure.cause());
      }
    }
  }

  /** {@return the failures, in their order of occurrence} */
  public List<RankFailure> failures() {
    return failures;
  }
}
