package org.jccl.fidelity.golden;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.fidelity.golden.Replay.Outcome;

/** Replays a recording on the simulator and says, case by case, whether the bits are the same. */
public final class GoldenRun {
  /** Everything came out as recorded. */
  public static final int OK = 0;

  /** Something did not. */
  public static final int DIFFERENT = 1;

  /** Entries that are performed in one world. */
  private static final int BATCH = 96;

  private final RunScreen out;
  private final int threads;
  private long entries;
  private long replayed;

  /**
   * @param out gets the first differences and the totals
   */
  public GoldenRun(RunScreen out) {
    this(out, Runtime.getRuntime().availableProcessors());
  }

  GoldenRun(RunScreen out, int threads) {
    this.out = out;
    this.threads = threads;
  }

  /**
   * Replays all of it.
   *
   * @return {@link #OK} or {@link #DIFFERENT}
   * @throws BadRecordingException if it cannot be used
   */
  public int run(GoldenRecording recording) {
    out.at("reading the recording", 0, 0);
    recording.forEach(entry -> entries++); // what cannot be used is told before anything runs
    Tally tally = replay(recording, Replay.simulated(recording.summary()));
    tally.print(out);
    return tally.isEqual() ? OK : DIFFERENT;
  }

  Tally replay(GoldenRecording recording, Replay replay) {
    Tally tally = new Tally(recording.summary());
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      Batches batches = new Batches(recording.summary(), replay, pool, tally);
      try {
        recording.forEach(batches::add);
        batches.finish();
      } catch (BadRecordingException | IllegalStateException stop) {
        pool.shutdownNow();
        throw stop;
      }
    }
    return tally;
  }

  /**
   * Neighbouring entries of one communicator go together; a few batches are under way at a time.
   */
  private final class Batches {
    private record Batch(List<Entry> entries, Future<List<Outcome>> outcomes) {}

    private final Summary summary;
    private final Replay replay;
    private final ExecutorService pool;
    private final Tally tally;
    private final Deque<Batch> underWay = new ArrayDeque<>();
    private List<Entry> next = new ArrayList<>();

    Batches(Summary summary, Replay replay, ExecutorService pool, Tally tally) {
      this.summary = summary;
      this.replay = replay;
      this.pool = pool;
      this.tally = tally;
    }

    void add(Entry entry) {
      boolean other = !next.isEmpty() && next.getFirst().communicator() != entry.communicator();
      if (other || next.size() == BATCH) {
        start();
      }
      next.add(entry);
    }

    private void start() {
      List<Entry> entries = next;
      next = new ArrayList<>();
      if (entries.isEmpty()) {
        return;
      }
      if (underWay.size() > threads) {
        take();
      }
      int id = entries.getFirst().communicator();
      RecordedCommunicator on = Objects.requireNonNull(summary.communicators().get(id));
      underWay.add(new Batch(entries, pool.submit(() -> replay.of(on, entries))));
    }

    private void take() {
      Batch batch = underWay.remove();
      try {
        List<Outcome> outcomes = batch.outcomes().get();
        for (int i = 0; i < outcomes.size(); i++) {
          tally.add(batch.entries().get(i), outcomes.get(i));
        }
        replayed += outcomes.size();
        out.at("replaying", replayed, entries);
      } catch (InterruptedException interrupt) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", interrupt);
      } catch (ExecutionException failed) {
        throw new IllegalStateException(
            "the replay itself failed: " + failed.getCause(), failed.getCause());
      }
    }

    void finish() {
      start();
      while (!underWay.isEmpty()) {
        take();
      }
    }
  }
}
