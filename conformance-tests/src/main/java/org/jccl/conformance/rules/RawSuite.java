package org.jccl.conformance.rules;

import java.util.Optional;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Worlds;

/** What the suites on the raw, C-shaped surface share. */
abstract class RawSuite extends Suite {
  RawSuite(Subject subject) {
    super(subject);
  }

  /** What one rank does on the raw surface. */
  @FunctionalInterface
  interface RawBody {
    void run(RawRank rank) throws Exception;
  }

  /** Runs {@code body} on every rank, with a raw communicator over all of them. */
  final void raw(int ranks, RawBody body) {
    raw(worlds(), ranks, body);
  }

  /** The same on a subject that is at least {@code version}, see {@link #runSince}. */
  final void rawSince(int version, int ranks, RawBody body) {
    raw(since(version), ranks, body);
  }

  /** The same on these worlds, see {@link #under}. */
  final void raw(Worlds worlds, int ranks, RawBody body) {
    need(
        worlds.instance().raw().isPresent()
            ? Optional.empty()
            : Optional.of(subject().name() + " has no raw surface"));
    worlds.run(
        ranks,
        rank -> {
          try (RawRank raw = new RawRank(rank)) {
            body.run(raw);
          }
        });
  }
}
