package org.jccl.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jccl.CleanText;
import org.jspecify.annotations.Nullable;

/**
 * Shows the other members of a store's group that this process lives, and looks whether they do: a
 * store does not tell whose connection has broken. Each member counts a key of its own up and looks
 * at that of the next one; who finds it standing still tells all by the key {@code lost}. So a
 * member costs the store the same however many there are.
 *
 * <p>A member without such a key, as one in Python, is not judged. Only looks count, not time: a
 * process that was held up itself does not take the others for dead.
 */
final class StoreHeart implements AutoCloseable {
  private static final Duration BEAT = Duration.ofMillis(250);

  /** Looks in a row that find the same count, before the member is taken for dead: 10 s. */
  private static final int MOST_SILENT_LOOKS = 40;

  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final TcpSettings place;
  private final String prefix;
  private final Thread thread;
  private volatile boolean ended;
  private volatile @Nullable String lost;

  /** The member that is looked at, its last count and how often it was the same. */
  private int watched;

  private long count = -1;
  private int silent;

  private final StoreTalk talk;

  private StoreHeart(TcpSettings place, String prefix) {
    this.place = place;
    this.prefix = prefix;
    this.talk = new StoreTalk(place, prefix);
    this.watched = (place.rank() + 1) % place.worldSize();
    this.thread = Thread.ofPlatform().daemon().name("jccl-store-heart").unstarted(this::run);
  }

  /** Beats until it is closed, or the store is gone. */
  static StoreHeart start(TcpSettings place, String prefix) {
    StoreHeart heart = new StoreHeart(place, prefix);
    heart.thread.start();
    return heart;
  }

  /** What is asked in the group. */
  StoreTalk talk() {
    return talk;
  }

  /** Which member has died, in words, if one has. */
  Optional<String> lost() {
    return Optional.ofNullable(lost);
  }

  private void run() {
    try (TorchStoreClient store = TorchStoreClient.connect(place.host(), place.port(), CONNECT)) {
      while (!ended && lost == null) {
        beat(store);
        LockSupport.parkNanos(BEAT.toNanos());
      }
    } catch (IOException gone) {
      // Without the store nothing is known of anybody.
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
  }

  /** Before the others can go on: a member that dies at once had a heart, too. */
  static void firstBeat(TorchStoreClient store, String prefix, int rank) throws IOException {
    store.increment(key(prefix, rank), 1);
  }

  static String key(String prefix, int rank) {
    return prefix + "alive/" + rank;
  }

  private void beat(TorchStoreClient store) throws IOException {
    store.increment(key(prefix, place.rank()), 1);
    talk.beat(store);
    if (store.isThere(List.of(prefix + "lost"))) {
      lost = text(store, "lost");
    } else if (watched != place.rank()) {
      look(store);
    }
  }

  private void look(TorchStoreClient store) throws IOException {
    if (!store.isThere(List.of(key(prefix, watched)))) {
      return; // It has not begun, or never will: there is nothing to judge.
    }
    long now = store.increment(key(prefix, watched), 0);
    silent = now == count ? silent + 1 : 0;
    count = now;
    if (silent >= MOST_SILENT_LOOKS) {
      judge(store);
    }
  }

  private void judge(TorchStoreClient store) throws IOException {
    boolean hasLeft =
        store.isThere(List.of(prefix + "gone"))
            && text(store, "gone").lines().anyMatch(line -> line.startsWith(watched + " "));
    if (hasLeft) {
      watched = (watched + 1) % place.worldSize();
      count = -1;
      silent = 0;
      return;
    }
    String words =
        "rank "
            + watched
            + " shows no sign of life: its process has ended without leaving the group, or stands"
            + " still";
    store.set(prefix + "lost", words.getBytes(StandardCharsets.UTF_8));
    lost = words;
  }

  private String text(TorchStoreClient store, String name) throws IOException {
    return CleanText.report(new String(store.get(prefix + name), StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    ended = true;
    LockSupport.unpark(thread);
  }
}
