package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.jccl.sim.abi.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.abi.AbiState.INVALID_USAGE;
import static org.jccl.sim.abi.AbiState.OK;
import static org.jccl.sim.abi.AbiState.isNull;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.comm.creation.InitJob;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** Unique ids and new communicators behind the C functions (chapter 2). */
final class AbiCreation {
  private static final int ENCRYPTION_MODE_OFFSET = 16;
  private static final int ENCRYPTION_KEY_OFFSET = 24;
  private static final int PRE_SHARED_KEY = 1;
  private static final int FEWEST_KEY_BYTES = 32;

  /** From here on the plain form is a group of its own, as the others are (INIT-16, INIT-18). */
  private static final int GROUPED = 23102;

  private final AbiState state;

  AbiCreation(AbiState state) {
    this.state = state;
  }

  /** What one rank asks for. */
  private record Wish(
      MemorySegment out,
      int nranks,
      MemorySegment ids,
      int idCount,
      int rank,
      MemorySegment config,
      SimDevice device) {}

  // ---------------------------------------------------------------- unique ids

  int getUniqueId(MemorySegment uniqueId) {
    HostTask task = state.kernel().enter();
    try {
      state.calls(task, null, "unique_id");
      state.requireNetwork();
      if (isNull(uniqueId)) {
        return INVALID_ARGUMENT; // UID-02: after the initialisation
      }
      return write(state.creations().newUniqueId(), uniqueId);
    } catch (CollectiveException failure) {
      return state.codeOf(failure);
    } finally {
      state.kernel().exit(task);
    }
  }

  /** What the sockets of creations are encrypted by, which no simulated rank has (rule UID-06). */
  int setEncryption(MemorySegment config) {
    String wrong = isNull(config) ? null : wrongEncryption(config);
    return wrong == null ? OK : state.refused(INVALID_ARGUMENT, "encryption: " + wrong);
  }

  private static @Nullable String wrongEncryption(MemorySegment config) {
    if (config.get(JAVA_INT_UNALIGNED, ConfigField.MAGIC_OFFSET) != ConfigField.MAGIC) {
      return "configuration without magic";
    }
    long size = Math.min(config.get(JAVA_LONG_UNALIGNED, 0), config.byteSize());
    int mode =
        size < ENCRYPTION_KEY_OFFSET ? 0 : config.get(JAVA_INT_UNALIGNED, ENCRYPTION_MODE_OFFSET);
    if (mode != 0 && mode != PRE_SHARED_KEY) {
      return "mode " + mode;
    }
    long key =
        size < ENCRYPTION_KEY_OFFSET + Long.BYTES
            ? 0
            : config.get(JAVA_LONG_UNALIGNED, ENCRYPTION_KEY_OFFSET);
    String text = mode == 0 ? null : HostMemory.text(key);
    boolean isTooShort = text == null || text.length() < FEWEST_KEY_BYTES;
    return mode == PRE_SHARED_KEY && isTooShort
        ? "the key must have at least " + FEWEST_KEY_BYTES + " bytes"
        : null;
  }

  static int write(UniqueId id, MemorySegment out) {
    byte[] bytes = id.toBytes();
    MemorySegment.copy(bytes, 0, out, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return OK;
  }

  static UniqueId read(MemorySegment ids, int index) {
    long offset = (long) index * UniqueId.BYTES;
    return UniqueId.of(ids.asSlice(offset, UniqueId.BYTES).toArray(ValueLayout.JAVA_BYTE));
  }

  // ---------------------------------------------------------------- one rank

  int commInitRank(MemorySegment comm, int nranks, MemorySegment uniqueId, int rank) {
    Wish wish =
        new Wish(comm, nranks, uniqueId, 1, rank, MemorySegment.NULL, state.currentDevice());
    if (nranks < 1) {
      return state.refused(INVALID_ARGUMENT, "init: nranks " + nranks); // INIT-05: out untouched
    }
    HostTask task = state.kernel().enter();
    try {
      state.calls(task, null, "init");
      GroupState group = state.group();
      if (group.isOpen()) {
        return group.fail(join(wish, group));
      }
      if (state.simulation().version() < GROUPED) {
        return joinNow(task, wish); // INIT-16: also if it is nonblocking
      }
    } catch (CollectiveException failure) {
      return state.codeOf(failure);
    } finally {
      state.kernel().exit(task);
    }
    return inGroup(wish, false);
  }

  private int joinNow(HostTask task, Wish wish) {
    String wrong = wrong(wish);
    if (wrong != null) {
      return state.refused(INVALID_ARGUMENT, "init: " + wrong);
    }
    InitJob job = job(wish);
    long handle = state.register(job.life());
    wish.out.set(JAVA_LONG_UNALIGNED, 0, handle);
    boolean made = false;
    try {
      state.requireNetwork();
      int code = job.run(task);
      made = code == OK;
      return code;
    } catch (CollectiveException failure) {
      return state.codeOf(failure);
    } finally {
      if (!made) {
        state.forget(handle);
        wish.out.set(JAVA_LONG_UNALIGNED, 0, 0L); // INIT-18
      }
    }
  }

  int commInitRankConfig(
      MemorySegment comm, int nranks, MemorySegment uniqueId, int rank, MemorySegment config) {
    return init(new Wish(comm, nranks, uniqueId, 1, rank, config, state.currentDevice()));
  }

  int commInitRankScalable(
      MemorySegment comm,
      int nranks,
      int rank,
      int idCount,
      MemorySegment ids,
      MemorySegment config) {
    state.require(NcclFunction.COMM_INIT_RANK_SCALABLE);
    return init(new Wish(comm, nranks, ids, idCount, rank, config, state.currentDevice()));
  }

  /** Config and Scalable: a group of their own, or a part of the open one (rule ARG-16). */
  private int init(Wish wish) {
    return inGroup(wish, true);
  }

  private int inGroup(Wish wish, boolean tellsState) {
    HostTask task = state.kernel().enterToWait();
    try {
      state.calls(task, null, "init");
      GroupState group = state.group();
      group.start();
      int code = state.endOwn(task, group.fail(join(wish, group)));
      if (code != OK || !tellsState) {
        return code;
      }
      CommLifecycle life = state.life(wish.out.get(JAVA_LONG_UNALIGNED, 0));
      return life == null || life.isBlocking() ? OK : life.state(); // INIT-17
    } finally {
      state.kernel().exit(task);
    }
  }

  /** Queues one rank's creation after NCCL's checks (rules ARG-15 to ARG-17). */
  private int join(Wish wish, GroupState group) {
    String wrong = wrong(wish);
    if (wrong != null) {
      return state.refused(INVALID_ARGUMENT, "init: " + wrong);
    }
    InitJob job = job(wish);
    int code = group.add(job);
    if (code != OK) {
      return state.refused(code, "init: blocking and nonblocking communicators in one group");
    }
    wish.out.set(JAVA_LONG_UNALIGNED, 0, state.register(job.life()));
    return OK;
  }

  private @Nullable String wrong(Wish wish) {
    if (wish.idCount < 1 || wish.idCount > wish.nranks) {
      return wish.idCount + " ids for " + wish.nranks + " ranks"; // INIT-05: out untouched
    }
    if (isNull(wish.out)) {
      return "null output";
    }
    wish.out.set(JAVA_LONG_UNALIGNED, 0, 0L);
    if (wish.rank < 0 || wish.rank >= wish.nranks) {
      return "rank " + wish.rank + " of " + wish.nranks;
    }
    return AbiConfig.wrong(state.simulation(), wish.config);
  }

  private InitJob job(Wish wish) {
    List<UniqueId> ids = new ArrayList<>();
    for (int i = 0; i < wish.idCount; i++) {
      ids.add(read(wish.ids, i));
    }
    CommLifecycle life =
        CommLifecycle.begin(
            state.simulation(), wish.device, AbiConfig.read(state.simulation(), wish.config));
    return state.creations().join(ids, wish.rank, wish.nranks, life);
  }

  // ---------------------------------------------------------------- all ranks

  int commInitAll(MemorySegment comms, int ndev, MemorySegment deviceList) {
    if (isNull(comms) || ndev < 1) {
      return INVALID_ARGUMENT; // INIT-13 normalised: 0 is refused too
    }
    List<SimDevice> chosen = new ArrayList<>();
    List<SimDevice> devices = state.devices();
    for (int i = 0; i < ndev; i++) {
      int index = isNull(deviceList) ? i : deviceList.get(JAVA_INT_UNALIGNED, 4L * i);
      if (index < 0 || index >= devices.size()) {
        return INVALID_ARGUMENT; // INIT-12 normalised
      }
      if (chosen.contains(devices.get(index)) && !state.creations().severalPerDevice()) {
        return INVALID_USAGE;
      }
      chosen.add(devices.get(index));
    }
    HostTask task = state.kernel().enterToWait();
    try {
      state.calls(task, null, "init_all");
      return initAll(task, comms, chosen);
    } catch (CollectiveException failure) {
      return state.codeOf(failure);
    } finally {
      state.kernel().exit(task);
    }
  }

  /** One id and a group of plain inits, an inner one if a group is open (rule INIT-10). */
  private int initAll(HostTask task, MemorySegment comms, List<SimDevice> chosen) {
    state.requireNetwork();
    int n = chosen.size();
    MemorySegment id = MemorySegment.ofArray(state.creations().newUniqueId().toBytes());
    GroupState group = state.group();
    group.start();
    for (int i = 0; i < n; i++) {
      MemorySegment out = comms.asSlice(8L * i, 8);
      group.fail(join(new Wish(out, n, id, 1, i, MemorySegment.NULL, chosen.get(i)), group));
    }
    return group.end(task, state.kernel());
  }
}
