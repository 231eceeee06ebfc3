package org.jccl.spi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jccl.Stream;

/**
 * The streams that a communicator has enqueued on, so that closing can wait for them (LIF-07). One
 * comparison a call in the usual case of one stream. Used by one thread at a time.
 */
final class UsedStreams {
  private static final int MANY = 32;
  private static final long POLL_NANOS = 20_000;

  private Stream[] streams = new Stream[4];
  private int size;

  /** Remembers {@code stream}; cheaper for callers that ask only if it is not the last one. */
  void add(Stream stream) {
    for (int i = 0; i < size; i++) {
      if (streams[i] == stream) {
        return;
      }
    }
    if (size >= MANY) {
      forgetIdle();
    }
    if (size == streams.length) {
      streams = Arrays.copyOf(streams, size * 2);
    }
    streams[size++] = stream;
  }

  /** {@return the streams; for a look from any thread, which may miss one that is just added} */
  List<Stream> snapshot() {
    List<Stream> found = new ArrayList<>();
    for (Stream each : Arrays.copyOf(streams, Math.min(size, streams.length))) {
      if (each != null) {
        found.add(each);
      }
    }
    return found;
  }

  /**
   * {@return whether one of them has work, as far as can be asked without harm; from any thread}
   */
  boolean isAnyBusy() {
    for (Stream each : snapshot()) {
      try {
        if (!each.isClosed() && !each.isCapturing() && !each.isIdle()) {
          return true;
        }
      } catch (RuntimeException notNow) {
        continue; // it was closed, or a capture began, meanwhile
      }
    }
    return false;
  }

  private void forgetIdle() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (streams[i].isCapturing() || !streams[i].isIdle()) {
        streams[kept++] = streams[i];
      }
    }
    Arrays.fill(streams, kept, size, null);
    size = kept;
  }

  /**
   * Polls until all of them are idle: a wait inside CUDA for work that never ends could not be left
   * any more. Streams that are capturing run nothing and are passed over.
   *
   * @return false if {@code deadline}, by {@link System#nanoTime()}, came first
   * @throws org.jccl.CollectiveException if work on one of them failed
   */
  boolean awaitIdle(long deadline) {
    for (int i = 0; i < size; i++) {
      Stream stream = streams[i];
      while (!stream.isCapturing() && !stream.isIdle()) {
        if (System.nanoTime() - deadline >= 0) {
          return false;
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
    return true;
  }
}
