package org.jccl.conformance.misuse;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.ProcessGroup;
import org.jccl.ReportedMisuse;
import org.jccl.conformance.harness.Subject;
import org.jccl.process.ProcessGroups;
import org.jspecify.annotations.Nullable;

/** One program of one row on one opened subject, watched from outside. */
public final class MisuseRun {
  /** No note for so long counts as a hang. */
  private static final Duration QUIET = Duration.ofSeconds(4);

  /** Creation of communicators takes its time on GPUs. */
  private static final Duration QUIET_AT_FIRST = Duration.ofSeconds(7);

  private static final int FIRST_NOTES = 12;
  private static final long POLL_MILLIS = 50;

  private MisuseRun() {}

  /**
   * Runs it; comes back whatever it does.
   *
   * @param reports whether the subject ends every wait by itself, as the simulator does
   * @return whether all rank threads came back
   */
  static boolean run(
      MisuseCase misuse,
      MisuseCase.Part part,
      Subject.Instance instance,
      boolean reports,
      Sightings seen)
      throws InterruptedException {
    int ranks = Math.min(misuse.threads(), instance.backend().devices().size());
    List<ProcessGroup> groups = ProcessGroups.inJvm(ranks);
    CountDownLatch done = new CountDownLatch(1);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread.ofPlatform()
        .daemon()
        .name("misuse-ranks")
        .start(
            () -> {
              try {
                instance
                    .rankHost()
                    .run(
                        ranks,
                        rank ->
                            rank(misuse, part, rank, instance, reports, groups.get(rank), seen));
              } catch (Throwable broken) {
                failure.set(broken);
              } finally {
                done.countDown();
              }
            });
    boolean came = watch(done, seen);
    Throwable broken = failure.get();
    if (broken != null) {
      note(seen, 0, broken);
    }
    return came;
  }

  private static void rank(
      MisuseCase misuse,
      MisuseCase.Part part,
      int rank,
      Subject.Instance instance,
      boolean reports,
      ProcessGroup group,
      Sightings seen) {
    AtomicBoolean ended = new AtomicBoolean();
    try {
      MisuseRank own = new MisuseRank(rank, group.worldSize(), instance, reports, group, seen);
      misuse.program(part).run(own);
      if (part == MisuseCase.Part.NEIGHBOUR) {
        own.finish();
      }
      ended.set(true);
    } catch (Throwable failure) {
      note(seen, rank, failure);
    } finally {
      if (!ended.get()) {
        group.close(); // Peers must not wait for what this rank will not do any more.
      }
    }
  }

  /** What ended a rank's thread. */
  static void note(Sightings seen, int rank, Throwable failure) {
    switch (failure) {
      case ReportedMisuse report -> seen.reported("rank " + rank, report);
      case MisuseRank.PeerGone gone -> seen.left(rank);
      case UnsupportedOperationException lacking -> seen.threw(rank, "not there", lacking);
      default -> seen.threw(rank, "error", failure);
    }
  }

  private static boolean watch(CountDownLatch done, Sightings seen) throws InterruptedException {
    long last = seen.progress();
    long since = System.nanoTime();
    while (!done.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      long now = seen.progress();
      if (now != last) {
        last = now;
        since = System.nanoTime();
      }
      Duration limit = now < FIRST_NOTES ? QUIET_AT_FIRST : QUIET;
      if (System.nanoTime() - since > limit.toNanos()) {
        seen.hangs(seen.whereabouts());
        return false;
      }
    }
    return true;
  }
}
