package org.jccl.test;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Schedules of a node in which an assumption does not hold. They say nothing about the others: the
 * node is skipped if there is no other one.
 */
final class Skips {
  private int all;
  private int skipped;
  private @Nullable Throwable first;

  /** A schedule has passed, or was skipped for a reason. */
  synchronized void add(@Nullable Throwable reason) {
    all++;
    if (reason != null) {
      skipped++;
      first = first == null ? reason : first;
    }
  }

  /** Throws the first reason if all were skipped; else says how many were, if any. */
  synchronized void tell(ExtensionContext context) throws Throwable {
    Throwable reason = first;
    if (reason != null && skipped == all) {
      throw reason;
    }
    if (reason != null) {
      context.publishReportEntry(
          "jccl", skipped + " of " + all + " schedules skipped: " + reason.getMessage());
    }
  }
}
