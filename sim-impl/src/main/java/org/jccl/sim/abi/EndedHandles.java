package org.jccl.sim.abi;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Communicators that were destroyed or aborted, for reports on their handles. Only the last ones
 * are known by name: a program that opens and closes communicators all day must not fill the
 * memory.
 */
final class EndedHandles {
  private static final int MOST_NAMED = 256;
  private static final Ended LONG_AGO = new Ended("one of long ago", 0);

  /** Whose handle it was. */
  record Ended(String name, int rank) {}

  /** Guarded by itself. */
  private final Map<Long, Ended> last =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Ended> eldest) {
          return size() > MOST_NAMED;
        }
      };

  /** The handle's communicator has ended. */
  void add(long comm, String name, int rank) {
    synchronized (last) {
      last.put(comm, new Ended(name, rank));
    }
  }

  /** Whose handle it was. */
  Ended of(long comm) {
    synchronized (last) {
      return last.getOrDefault(comm, LONG_AGO);
    }
  }
}
