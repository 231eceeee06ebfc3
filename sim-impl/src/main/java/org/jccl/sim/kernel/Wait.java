package org.jccl.sim.kernel;

import java.util.List;

/** What a host task waits for: words for people, and the ranks on whom it depends. */
public interface Wait {
  /** What kind of thing would have to come. */
  enum Nature {
    /** Something outside the simulation's view: a barrier of the process group, a future. */
    HOST,
    /** A rank that joins a communicator. */
    CREATION,
    /** A rank's part in a collective. */
    COLLECTIVE,
    /** The other half of a message. */
    MESSAGE,
    /** A signal of a one-sided operation. */
    SIGNAL,
    /** A rank that ends the communicator, too. */
    END
  }

  /** What is waited for, in words. */
  String describe();

  /** The ranks that have to do something first, ascending; empty if that is not known. */
  default List<Integer> ranks() {
    return List.of();
  }

  /**
   * What this wait comes down to: a stream waits for the work at its head, that work for the one
   * before it on its communicator, an event's wait for what the event's stream waits for.
   */
  default Wait root() {
    return this;
  }

  /** What would have to come. */
  default Nature nature() {
    return Nature.HOST;
  }

  /** The communicator in which it is waited, or an empty text. */
  default String communicator() {
    return "";
  }

  /** Whether an event of another stream lies between this wait and its root. */
  default boolean passesEvent() {
    return false;
  }

  /** Whether the host itself waits inside a stream operation, as NCCL's may (rule STR-11). */
  default boolean isRendezvous() {
    return false;
  }

  /**
   * The operations that are waited for, each with the line that asked for it, where that is known.
   */
  default List<String> operations() {
    return List.of();
  }

  /** What is known of the ranks that have to do something first: that they have closed it. */
  default List<String> reasons() {
    return List.of();
  }

  /** How many ranks take part. */
  default int participants() {
    return 0;
  }

  /** Whether nothing can end it: whoever waits so makes no call any more. */
  default boolean isEndless() {
    return false;
  }

  /** A wait that nothing ends. */
  static Wait endless(String words) {
    return new Wait() {
      @Override
      public String describe() {
        return words;
      }

      @Override
      public boolean isEndless() {
        return true;
      }
    };
  }

  /** A wait of which nothing but words is known. */
  static Wait of(String words) {
    return () -> words;
  }
}
