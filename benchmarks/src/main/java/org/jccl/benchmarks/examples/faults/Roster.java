package org.jccl.benchmarks.examples.faults;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jccl.spi.WaitQueue;

/**
 * Where ranks find out who is left: what a store such as etcd is for processes. All who are
 * expected come to a meeting; when they are there, or the time of one of them is over, it is
 * closed, and all who came get the same answer.
 *
 * @param <T> what each rank tells the others
 */
final class Roster<T> {
  private final WaitQueue queue = new WaitQueue();
  private final Map<Integer, Meeting<T>> meetings = new HashMap<>();

  private static final class Meeting<T> {
    private final Map<Integer, T> notes = new TreeMap<>();
    private boolean isClosed;
  }

  /**
   * Comes to a meeting.
   *
   * @param number which one; ranks come to one after the other
   * @param rank who comes
   * @param note what it tells the others
   * @param expected who should come
   * @param patience how long to wait for them
   * @return what those told who came; without {@code rank} if it came too late
   */
  Map<Integer, T> meet(int number, int rank, T note, Set<Integer> expected, Duration patience)
      throws InterruptedException {
    Meeting<T> meeting = come(number, rank, note);
    boolean[] complete = new boolean[1];
    queue.update(() -> complete[0] = meeting.notes.keySet().containsAll(expected));
    if (!complete[0]) {
      queue.await(
          "meeting " + number,
          () -> meeting.isClosed || meeting.notes.keySet().containsAll(expected),
          patience);
    }
    Map<Integer, T> came = new TreeMap<>();
    queue.update(
        () -> {
          meeting.isClosed = true;
          came.putAll(meeting.notes);
        });
    return came;
  }

  private Meeting<T> come(int number, int rank, T note) {
    Map<Integer, Meeting<T>> found = new HashMap<>();
    queue.update(
        () -> {
          Meeting<T> meeting = meetings.computeIfAbsent(number, any -> new Meeting<>());
          if (!meeting.isClosed) {
            meeting.notes.put(rank, note);
          }
          found.put(number, meeting);
        });
    return Objects.requireNonNull(found.get(number));
  }
}
