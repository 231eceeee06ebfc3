package org.jccl.nccl;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.IntSupplier;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Device;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Threads for calls that any thread may make and that come back at once, unless the library is
 * broken: each call takes a thread and gives it back. One that is never given back is lost with its
 * call, and the next call has another.
 */
final class LentThreads {
  private final String name;
  private final Deque<NativeThread> idle = new ConcurrentLinkedDeque<>();

  LentThreads(String name) {
    this.name = name;
  }

  /** See {@link org.jccl.spi.Library#ask}. */
  int ask(@Nullable Device current, String what, TimeLimit limit, IntSupplier body) {
    NativeThread thread = idle.pollFirst();
    if (thread == null) {
      thread = new NativeThread(name, null);
    }
    boolean isFree = true;
    try {
      return thread.bounded(
          what,
          limit,
          () -> {
            if (current != null) {
              current.makeCurrent();
            }
            return body.getAsInt();
          });
    } catch (CollectiveTimeoutException late) {
      isFree = !thread.isStuck();
      throw late;
    } finally {
      if (isFree) {
        idle.addFirst(thread);
      } else {
        thread.end(); // should its call ever come back
      }
    }
  }

  /** No more calls are made. */
  void end() {
    for (NativeThread each = idle.pollFirst(); each != null; each = idle.pollFirst()) {
      each.end();
    }
  }
}
