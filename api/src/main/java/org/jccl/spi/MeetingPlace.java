package org.jccl.spi;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.jccl.CollectiveException;
import org.jccl.ProcessGroup;
import org.jspecify.annotations.Nullable;

/**
 * Where the ranks of a communicator meet beside the library: the process group over which it was
 * opened, or a part of its parent's. The part is entered only if somebody listens.
 */
final class MeetingPlace {
  private static final System.Logger LOG = System.getLogger("org.jccl");

  /** How many communicators were opened over a group: in the same order on all of its ranks. */
  private static final Map<ProcessGroup, Integer> OPENED = new WeakHashMap<>();

  private final ProcessGroup whole;
  private final String name;
  private final boolean isPart;
  private @Nullable ProcessGroup entered;

  private MeetingPlace(ProcessGroup whole, String name, boolean isPart) {
    this.whole = whole;
    this.name = name;
    this.isPart = isPart;
  }

  /** The whole group. */
  static MeetingPlace of(ProcessGroup group) {
    synchronized (OPENED) {
      return new MeetingPlace(group, "comm" + OPENED.merge(group, 1, Integer::sum), false);
    }
  }

  /**
   * A child's place.
   *
   * @param key names the child: the same on its ranks, and of no other child
   */
  MeetingPlace child(String key) {
    return new MeetingPlace(whole, name + "/" + key, true);
  }

  /** Whether it is a part of its parent's group: the place of a child. */
  boolean isPart() {
    return isPart;
  }

  /** Whether ranks are processes of their own. */
  boolean spansProcesses() {
    return whole.spansProcesses();
  }

  /** What the place is called on all ranks. */
  String name() {
    return name;
  }

  /** The group whose members are the ranks of the communicator; empty if there is none. */
  Optional<ProcessGroup> enter(int rank, int worldSize) {
    if (!isPart) {
      return Optional.of(whole);
    }
    if (entered == null) {
      try {
        entered = whole.part(name, rank, worldSize).orElse(null);
      } catch (CollectiveException | IllegalStateException failed) {
        LOG.log(Level.WARNING, "{0}: its ranks are not compared: {1}", name, failed.getMessage());
      }
    }
    return Optional.ofNullable(entered);
  }

  /** Leaves what it has entered. */
  void leave() {
    if (entered != null) {
      entered.close();
      entered = null;
    }
  }
}
