package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.ShrinkMode;
import org.jccl.UniqueId;
import org.jccl.config.TuningChoice;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.StateRules.Act;
import org.jspecify.annotations.Nullable;

/**
 * Communicators made of one communicator: split, shrink and grow (chapter 2 of the rule book). What
 * NCCL does not check is refused here (policy *normalise*); each child owns its handle.
 */
final class Children {
  /** Takes part in a split without a child (rule SPL-04). */
  private static final int NO_COLOR = -1;

  /** What an existing rank passes to grow (rule GRW-01). */
  private static final int SAME_RANK = -1;

  private static final int UNKNOWN = -1;

  private final LibraryCommunicator parent;
  private int made;

  /** Splits, in which all ranks take part: the same number on all of them. */
  private int splits;

  /** Shrinks by who is left out: the same number on all that stay. */
  private final Map<Set<Integer>, Integer> shrinks = new HashMap<>();

  Children(LibraryCommunicator parent) {
    this.parent = parent;
  }

  Communicator split(int color, int key, @Nullable CommunicatorConfig config) {
    if (color < 0) {
      throw new IllegalArgumentException(
          parent.who()
              + ", split: color "
              + color
              + " is negative; ranks without a child call splitNoColor() (SPL-04)");
    }
    ready(NcclFunction.COMM_SPLIT, "split");
    String name = "split" + ++made + "-" + color;
    long comm = parent.handle().value();
    return child(
        new Birth(NcclFunction.COMM_SPLIT, name, "split" + ++splits + "-" + color),
        UNKNOWN,
        UNKNOWN,
        config,
        key,
        (slot, struct) -> parent.abi().commSplit(comm, color, key, slot, struct));
  }

  void splitNoColor() {
    ready(NcclFunction.COMM_SPLIT, "splitNoColor");
    made++;
    splits++;
    Arena arena = Arena.ofAuto();
    MemorySegment slot = arena.allocate(JAVA_LONG);
    long comm = parent.handle().value();
    int code =
        ChildOpening.callWithin(
            parent,
            "splitNoColor (ncclCommSplit)",
            parent.config().initLimit(),
            () -> parent.abi().commSplit(comm, NO_COLOR, 0, slot, MemorySegment.NULL));
    if (parent.guard().settled(code, "splitNoColor") == 0) {
      parent.guard().mayGoOn();
    }
  }

  Communicator shrink(Set<Integer> excluded, ShrinkMode mode, @Nullable CommunicatorConfig config) {
    TreeSet<Integer> out = new TreeSet<>(excluded); // NCCL sorts the caller's list (SHR-03).
    requireSurvivor(out);
    parent.guard().require(NcclFunction.COMM_SHRINK);
    Act act = mode == ShrinkMode.ABORT ? Act.SHRINK_ABORT : Act.FAMILY;
    parent.guard().requireLegal(act, "shrink");
    int rank = parent.rank() - out.headSet(parent.rank()).size();
    Arena arena = Arena.ofAuto();
    MemorySegment list = arena.allocate(JAVA_INT, out.size());
    int i = 0;
    for (int each : out) {
      list.setAtIndex(JAVA_INT, i++, each);
    }
    long comm = parent.handle().value();
    String left = "shrink" + shrinks.merge(Set.copyOf(out), 1, Integer::sum) + "-" + out;
    return child(
        new Birth(NcclFunction.COMM_SHRINK, "shrink" + ++made, left),
        rank,
        parent.worldSize() - out.size(),
        config,
        0,
        (slot, struct) ->
            parent.abi().commShrink(comm, list, out.size(), slot, struct, mode.flag()));
  }

  /** SHR-02, SHR-04: what NCCL refuses, and what it takes for a smaller communicator. */
  private void requireSurvivor(TreeSet<Integer> out) {
    if (out.isEmpty()) {
      throw new IllegalArgumentException(
          parent.who() + ", shrink: nobody is excluded; name at least one rank (SHR-02)");
    }
    for (int each : out) {
      if (each < 0 || each >= parent.worldSize()) {
        throw new IllegalArgumentException(
            parent.who()
                + ", shrink: excluded rank "
                + each
                + " is not in 0.."
                + (parent.worldSize() - 1)
                + " (SHR-04)");
      }
      if (each == parent.rank()) {
        throw new IllegalArgumentException(
            parent.who()
                + ", shrink: excluded rank "
                + each
                + " is the caller; only survivors call it (SHR-01, SHR-02)");
      }
    }
  }

  UniqueId newUniqueId() {
    ready(NcclFunction.COMM_GET_UNIQUE_ID, "newUniqueId");
    MemorySegment id = Arena.ofAuto().allocate(UniqueId.BYTES);
    long comm = parent.handle().value();
    int code =
        parent
            .calls()
            .bounded(
                "newUniqueId (ncclCommGetUniqueId)",
                parent.config().initLimit(),
                () -> parent.abi().commGetUniqueId(comm, id));
    parent.guard().settled(code, "newUniqueId");
    return UniqueId.of(id.toArray(JAVA_BYTE));
  }

  Communicator grow(int newWorldSize, @Nullable UniqueId id, @Nullable CommunicatorConfig config) {
    if (newWorldSize <= parent.worldSize()) {
      throw new IllegalArgumentException(
          parent.who()
              + ", grow: new world size "
              + newWorldSize
              + " is not larger than "
              + parent.worldSize()
              + " (GRW-04)");
    }
    if (id == null && parent.worldSize() == 1) {
      throw new IllegalArgumentException(
          parent.who() + ", grow: a lone rank passes the id that it made (GRW-01)");
    }
    ready(NcclFunction.COMM_GROW, "grow");
    MemorySegment bytes = id == null ? MemorySegment.NULL : bytes(id);
    long comm = parent.handle().value();
    return child(
        new Birth(NcclFunction.COMM_GROW, "grow" + ++made, null),
        parent.rank(),
        newWorldSize,
        config,
        0,
        (slot, struct) ->
            parent.abi().commGrow(comm, newWorldSize, bytes, SAME_RANK, slot, struct));
  }

  private static MemorySegment bytes(UniqueId id) {
    return Arena.ofAuto().allocate(UniqueId.BYTES).copyFrom(MemorySegment.ofArray(id.toBytes()));
  }

  private void ready(NcclFunction function, String what) {
    parent.guard().require(function);
    parent.guard().requireLegal(Act.FAMILY, what);
  }

  /**
   * How a child is called.
   *
   * @param function makes it
   * @param name for messages
   * @param place names it among its parent's children on all of its ranks; null if some of them
   *     have no parent
   */
  private record Birth(NcclFunction function, String name, @Nullable String place) {}

  private Communicator child(
      Birth how,
      int rank,
      int worldSize,
      @Nullable CommunicatorConfig own,
      int order,
      ChildOpening.Creation creation) {
    CommunicatorConfig config = own == null ? parent.config() : own;
    String called = own == null ? parent.name() + "/" + how.name() : own.name().orElse(how.name());
    LibraryCommunicator child = parent.newChild(called, rank, worldSize, config);
    child.tuned().chosen(choice(own, worldSize));
    if (how.place() == null) {
      child.kernels().refuse("ranks of a communicator that has grown do not find each other");
    } else {
      child.descend(parent, how.place());
      child.joinKernels(parent.kernels().keyOf(how.place()), order, parent.rank());
    }
    ChildOpening birth =
        new ChildOpening(
            child, how.function(), child.tuned().struct(own, Arena.ofAuto()), creation);
    birth.run(parent);
    return child;
  }

  /** A child without a configuration of its own has its parent's, as in NCCL (SPL-05). */
  private TuningChoice choice(@Nullable CommunicatorConfig own, int worldSize) {
    if (own == null) {
      return parent.tuning();
    }
    return worldSize < 1 && own.tuning().isOn()
        ? TuningChoice.none("how many ranks a split has is known behind it")
        : own.tuning().choose(parent.device().name(), worldSize, parent.version());
  }

  /** A new rank's side of grow: it has no parent, so it makes the call itself. */
  void join(LibraryCommunicator newRank, UniqueId id) {
    newRank.guard().require(NcclFunction.COMM_GROW);
    MemorySegment bytes = bytes(id);
    MemorySegment struct = newRank.tuned().struct(newRank.config(), Arena.ofAuto());
    new ChildOpening(
            newRank,
            NcclFunction.COMM_GROW,
            struct,
            (slot, config) -> {
              newRank.device().makeCurrent(); // Bound to the device that is current (INIT-01).
              return newRank
                  .abi()
                  .commGrow(0, newRank.worldSize(), bytes, newRank.rank(), slot, config);
            })
        .run(newRank);
  }

  /** Asks the library for rank and size of {@code child}, which only it knows after a split. */
  void place(LibraryCommunicator child) {
    MemorySegment out = Arena.ofAuto().allocate(JAVA_INT, 2);
    MemorySegment rank = out.asSlice(0, JAVA_INT);
    MemorySegment size = out.asSlice(JAVA_INT.byteSize(), JAVA_INT);
    int code =
        child.quick(
            "ncclCommUserRank and ncclCommCount",
            Library.ANSWER,
            comm -> {
              int asked = child.abi().commUserRank(comm, rank);
              return asked != 0 ? asked : child.abi().commCount(comm, size);
            });
    child.guard().settled(code, "asking for rank and size");
    child.identify(rank.get(JAVA_INT, 0), size.get(JAVA_INT, 0));
  }
}
