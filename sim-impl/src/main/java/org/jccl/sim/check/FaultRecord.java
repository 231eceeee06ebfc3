package org.jccl.sim.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What a plan of faults did to a run, as reports need it: the faults that have struck, where stale
 * data was used, how it hung.
 */
public final class FaultRecord {
  private static final int MOST_NAMED = 4;
  private static final int MOST_STALE = 100;

  private final boolean isPlanned;
  private final List<String> causes = new CopyOnWriteArrayList<>();
  private final List<String> stale = new CopyOnWriteArrayList<>();
  private final Map<String, String> missed = new ConcurrentSkipListMap<>();
  private volatile @Nullable String hang;

  /**
   * @param isPlanned whether there is a plan of faults
   */
  public FaultRecord(boolean isPlanned) {
    this.isPlanned = isPlanned;
  }

  /** Whether data is followed that operations should have written and have not. */
  public boolean isPlanned() {
    return isPlanned;
  }

  /** Whether a fault has struck. */
  public boolean hasStruck() {
    return !causes.isEmpty();
  }

  /** A fault has struck. */
  public void struck(String words) {
    causes.add(words);
  }

  /** What reports say of the faults that have struck, the first cause first. */
  public List<String> causes() {
    List<String> lines = new ArrayList<>();
    for (String each : causes) {
      if (lines.size() < MOST_NAMED) {
        lines.add((lines.isEmpty() ? "first cause: " : "then: ") + each);
      }
    }
    return lines;
  }

  /** The program goes on with data that an operation should have written and has not. */
  public void readStale(String words) {
    if (stale.size() < MOST_STALE) {
      stale.add(words);
    }
  }

  /**
   * A copy to the host was refused: unless the same memory is read again, the program has gone on
   * with what the host had before.
   *
   * @param place what is read, the same for each copy of it
   */
  public void missed(String place, String words) {
    missed.put(place, words);
  }

  /** The memory {@code place} is read. */
  public void read(String place) {
    missed.remove(place);
  }

  /** Where the program went on with stale data. */
  public List<String> staleReads() {
    List<String> all = new ArrayList<>(stale);
    all.addAll(missed.values());
    return all;
  }

  /** Ranks would have waited for ever; the first report says how. */
  public void hung(String report) {
    if (hang == null) {
      hang = report;
    }
  }

  /** The report that ended ranks which would have waited for ever, or null. */
  public @Nullable String hang() {
    return hang;
  }
}
