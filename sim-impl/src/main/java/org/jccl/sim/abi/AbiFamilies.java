package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.jccl.sim.abi.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.abi.AbiState.INVALID_USAGE;
import static org.jccl.sim.abi.AbiState.OK;
import static org.jccl.sim.abi.AbiState.isNull;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.comm.Config;
import org.jccl.sim.comm.creation.Bootstrap;
import org.jccl.sim.comm.creation.ChildJob;
import org.jccl.sim.comm.creation.InitJob;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.FinalizeJob;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** Communicators made of communicators behind the C functions: split, shrink, grow (chapter 2). */
final class AbiFamilies {
  private static final int SHRINK_ABORT = 1;

  private final AbiState state;

  AbiFamilies(AbiState state) {
    this.state = state;
  }

  // ---------------------------------------------------------------- split

  int commSplit(long comm, int color, int key, MemorySegment newComm, MemorySegment config) {
    state.require(NcclFunction.COMM_SPLIT);
    HostTask task = state.kernel().enterToWait();
    try {
      state.calls(task, state.life(comm), "split");
      GroupState group = state.group();
      group.start();
      int code = group.fail(split(comm, color, key, newComm, config, group));
      return state.endOwn(task, code); // SPL-07: InProgress is not told
    } finally {
      state.kernel().exit(task);
    }
  }

  private int split(
      long comm,
      int color,
      int key,
      MemorySegment newComm,
      MemorySegment config,
      GroupState group) {
    CommLifecycle parent = state.life(comm);
    int refusal = wrongParent(parent, newComm);
    if (parent == null || refusal != OK) {
      return state.refused(refusal, "split: communicator or output");
    }
    newComm.set(JAVA_LONG_UNALIGNED, 0, 0L);
    CommLifecycle child = null;
    boolean shares = shares(parent, ConfigField.SPLIT_SHARE);
    if (color != ChildJob.NO_COLOR) {
      String wrong = AbiConfig.wrong(state.simulation(), config);
      if (wrong != null) {
        return state.refused(INVALID_ARGUMENT, "split: " + wrong);
      }
      child = parent.child(config(parent, config), shares);
    }
    return added(
        group.add(
            ChildJob.split(state.creations(), parent, child, shares, color, key, to(newComm))));
  }

  /** Rule ARG-20, up to the ready test. */
  private static int wrongParent(@Nullable CommLifecycle parent, MemorySegment newComm) {
    return parent == null || isNull(newComm) ? INVALID_ARGUMENT : parent.readyTest();
  }

  /** Rule SPL-09; a revoked parent shares nothing (LIF-20). */
  private static boolean shares(CommLifecycle parent, ConfigField field) {
    return !parent.isRevoked() && parent.config().get(field) == 1;
  }

  /** Rule SPL-05. */
  private Config config(CommLifecycle parent, MemorySegment config) {
    return isNull(config)
        ? parent.config().inherited(state.simulation())
        : AbiConfig.read(state.simulation(), config);
  }

  private Consumer<@Nullable CommLifecycle> to(MemorySegment newComm) {
    return child -> newComm.set(JAVA_LONG_UNALIGNED, 0, child == null ? 0L : state.register(child));
  }

  private int added(int code) {
    return code == OK
        ? OK
        : state.refused(code, "blocking and nonblocking communicators in one group (GRP-23)");
  }

  // ---------------------------------------------------------------- shrink

  int commShrink(
      long comm,
      MemorySegment excluded,
      int excludedCount,
      MemorySegment newComm,
      MemorySegment config,
      int flags) {
    state.require(NcclFunction.COMM_SHRINK);
    HostTask task = state.kernel().enterToWait();
    try {
      state.calls(task, state.life(comm), "shrink");
      GroupState group = state.group();
      group.start();
      boolean aborts = (flags & SHRINK_ABORT) != 0;
      CommLifecycle parent = state.life(comm);
      if (aborts && parent != null) { // SHR-06 normalised: null comes to no harm
        parent.interrupt();
        FinalizeJob.alone(parent).run(task);
      }
      int code = shrink(parent, excluded, excludedCount, newComm, config, aborts, group);
      return state.endOwn(task, group.fail(code));
    } finally {
      state.kernel().exit(task);
    }
  }

  private int shrink(
      @Nullable CommLifecycle parent,
      MemorySegment excluded,
      int count,
      MemorySegment newComm,
      MemorySegment config,
      boolean aborts,
      GroupState group) {
    if (parent == null || isNull(newComm) || isNull(excluded) || count < 1) {
      return state.refused(INVALID_ARGUMENT, "shrink: communicator, output or list");
    }
    int[] list = sorted(excluded, count);
    int code = parent.isReady() && isWrong(list, parent) ? INVALID_ARGUMENT : parent.readyTest();
    if (code != OK) {
      return state.refused(code, "shrink of " + parent + " without " + Arrays.toString(list));
    }
    newComm.set(JAVA_LONG_UNALIGNED, 0, 0L);
    String wrong = AbiConfig.wrong(state.simulation(), config);
    if (wrong != null) {
      return state.refused(INVALID_ARGUMENT, "shrink: " + wrong);
    }
    parent.goesOnWithoutOthers();
    boolean shares = !aborts && shares(parent, ConfigField.SHRINK_SHARE);
    CommLifecycle child = parent.child(config(parent, config), shares);
    List<Integer> without = Arrays.stream(list).boxed().toList();
    return added(
        group.add(ChildJob.shrink(state.creations(), parent, child, shares, without, to(newComm))));
  }

  /** SHR-03: the caller's array is sorted in place. */
  private static int[] sorted(MemorySegment excluded, int count) {
    int[] list = new int[count];
    for (int i = 0; i < count; i++) {
      list[i] = excluded.get(JAVA_INT_UNALIGNED, 4L * i);
    }
    Arrays.sort(list);
    for (int i = 0; i < count; i++) {
      excluded.set(JAVA_INT_UNALIGNED, 4L * i, list[i]);
    }
    return list;
  }

  /** SHR-02: the caller itself; SHR-04 normalised: a rank twice, or one that there is not. */
  private static boolean isWrong(int[] list, CommLifecycle parent) {
    int own = parent.operations().member().rank();
    int n = parent.operations().member().worldSize();
    for (int i = 0; i < list.length; i++) {
      boolean twice = i > 0 && list[i] == list[i - 1];
      if (list[i] == own || list[i] < 0 || list[i] >= n || twice) {
        return true;
      }
    }
    return false;
  }

  // ---------------------------------------------------------------- grow

  int commGetUniqueId(long comm, MemorySegment uniqueId) {
    state.require(NcclFunction.COMM_GET_UNIQUE_ID);
    HostTask task = state.kernel().enter();
    try {
      CommLifecycle parent = state.life(comm);
      state.calls(task, parent, "grow_id");
      if (parent == null) {
        return state.refused(INVALID_ARGUMENT, "id for growing: no communicator");
      }
      int code = parent.readyTest();
      if (code == OK && isNull(uniqueId)) {
        code = INVALID_ARGUMENT;
      }
      if (code == OK && state.simulation().environment().containsKey(Bootstrap.COMM_ID)) {
        code = INVALID_USAGE; // GRW-03, ENV-09
      }
      return code == OK
          ? AbiCreation.write(state.creations().growId(parent), uniqueId)
          : state.refused(code, "id for growing " + parent);
    } finally {
      state.kernel().exit(task);
    }
  }

  int commGrow(
      long comm,
      int nranks,
      MemorySegment uniqueId,
      int rank,
      MemorySegment newComm,
      MemorySegment config) {
    state.require(NcclFunction.COMM_GROW);
    CommLifecycle parent = state.life(comm);
    boolean grows =
        parent == null || !parent.isReady() || nranks > parent.operations().member().worldSize();
    if (isNull(newComm) || nranks <= 0 || !grows) {
      return state.refused(INVALID_ARGUMENT, "grow to " + nranks + " ranks"); // no poison (GRP-14)
    }
    newComm.set(JAVA_LONG_UNALIGNED, 0, 0L);
    HostTask task = state.kernel().enterToWait();
    try {
      state.calls(task, parent, "grow");
      GroupState group = state.group();
      group.start();
      boolean isNew = comm == 0;
      String wrong = isNew ? wrongNewcomer(nranks, uniqueId, rank) : wrongGrower(parent, rank);
      int code = wrong != null ? INVALID_ARGUMENT : parent == null ? OK : parent.readyTest();
      if (code == OK) {
        code = grow(parent, nranks, uniqueId, rank, newComm, config, group);
      } else {
        state.refused(code, "grow: " + (wrong == null ? "the communicator is not ready" : wrong));
      }
      return state.endOwn(task, group.fail(code));
    } finally {
      state.kernel().exit(task);
    }
  }

  private static @Nullable String wrongGrower(@Nullable CommLifecycle parent, int rank) {
    if (parent == null) {
      return "no communicator";
    }
    // A stored error comes before the rank (GRW-04).
    return rank == -1 || parent.readyTest() != OK ? null : "rank " + rank + " instead of -1";
  }

  private static @Nullable String wrongNewcomer(int nranks, MemorySegment uniqueId, int rank) {
    boolean right = rank >= 0 && rank < nranks && !isNull(uniqueId);
    return right ? null : "rank " + rank + " of " + nranks + ", or no id";
  }

  private int grow(
      @Nullable CommLifecycle parent,
      int nranks,
      MemorySegment uniqueId,
      int rank,
      MemorySegment newComm,
      MemorySegment config,
      GroupState group) {
    String wrong = AbiConfig.wrong(state.simulation(), config);
    if (wrong != null) {
      return state.refused(INVALID_ARGUMENT, "grow: " + wrong);
    }
    InitJob job;
    if (parent == null) {
      Config own = AbiConfig.read(state.simulation(), config);
      CommLifecycle life = CommLifecycle.begin(state.simulation(), state.currentDevice(), own);
      List<UniqueId> id = List.of(AbiCreation.read(uniqueId, 0));
      job = state.creations().join(id, rank, nranks, life);
    } else {
      CommLifecycle life = parent.child(config(parent, config), false);
      job = state.creations().grow(parent, nranks, life);
    }
    int code = added(group.add(job));
    if (code == OK) {
      newComm.set(JAVA_LONG_UNALIGNED, 0, state.register(job.life()));
    }
    return code;
  }
}
