package org.jccl.sim;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.jccl.sim.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.AbiState.INVALID_USAGE;
import static org.jccl.sim.AbiState.OK;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.UniqueId;
import org.jccl.ops.ConfigField;
import org.jccl.sim.comm.Endpoint;
import org.jccl.sim.comm.RawGroup;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** Unique ids and the creation of communicators behind the C functions (chapter 2). */
final class AbiCreation {
  private final AbiState state;

  AbiCreation(AbiState state) {
    this.state = state;
  }

  int getUniqueId(MemorySegment uniqueId) {
    if (AbiState.isNull(uniqueId)) {
      return INVALID_ARGUMENT;
    }
    HostTask task = state.kernel().enter();
    try {
      byte[] bytes = state.creations().newUniqueId().toBytes();
      MemorySegment.copy(bytes, 0, uniqueId, ValueLayout.JAVA_BYTE, 0, bytes.length);
      return OK;
    } finally {
      state.kernel().exit(task);
    }
  }

  int commInitRank(MemorySegment comm, int nranks, MemorySegment uniqueId, int rank) {
    return init(comm, nranks, uniqueId, rank, MemorySegment.NULL);
  }

  int commInitRankConfig(
      MemorySegment comm, int nranks, MemorySegment uniqueId, int rank, MemorySegment config) {
    return init(comm, nranks, uniqueId, rank, config);
  }

  private int init(
      MemorySegment comm, int nranks, MemorySegment uniqueId, int rank, MemorySegment config) {
    RawGroup group = state.group();
    String wrong = wrongArgument(comm, nranks, rank, config);
    if (wrong != null) {
      return group.fail(state.refused(INVALID_ARGUMENT, "init: " + wrong)); // poisons (GRP-13)
    }
    String name = AbiState.isNull(config) ? null : nameIn(config);
    UniqueId id = UniqueId.of(uniqueId.asSlice(0, UniqueId.BYTES).toArray(ValueLayout.JAVA_BYTE));
    SimDevice device = state.currentDevice();
    if (group.isOpen()) {
      group.addInit(
          id,
          rank,
          nranks,
          device,
          name,
          made -> comm.set(JAVA_LONG_UNALIGNED, 0, state.register(made)));
      return OK;
    }
    HostTask task = state.kernel().enter();
    try {
      Endpoint endpoint =
          state.creations().await(task, state.creations().enrol(id, rank, nranks, device, name));
      comm.set(JAVA_LONG_UNALIGNED, 0, state.register(endpoint));
      return OK;
    } catch (CollectiveException failure) {
      return state.codeOf(failure);
    } finally {
      state.kernel().exit(task);
    }
  }

  /** What NCCL refuses a creation for, in its order (ARG-15, ARG-16); or null. */
  private @Nullable String wrongArgument(
      MemorySegment comm, int nranks, int rank, MemorySegment config) {
    if (nranks < 1) {
      return "nranks " + nranks;
    }
    if (AbiState.isNull(comm)) {
      return "null output";
    }
    comm.set(JAVA_LONG_UNALIGNED, 0, 0L);
    if (rank < 0 || rank >= nranks) {
      return "rank " + rank + " of " + nranks;
    }
    return AbiState.isNull(config) ? null : wrongField(config);
  }

  /** What is wrong by rules CFG-01 to CFG-16, of which the first failing one decides; or null. */
  private @Nullable String wrongField(MemorySegment config) {
    if (config.get(JAVA_INT_UNALIGNED, ConfigField.MAGIC_OFFSET) != ConfigField.MAGIC) {
      return "configuration without magic";
    }
    int version = config.get(JAVA_INT_UNALIGNED, ConfigField.VERSION_OFFSET);
    int known = Math.min(version, state.world().version());
    for (ConfigField field : ConfigField.values()) {
      if (field.since() <= known) {
        int value = config.get(JAVA_INT_UNALIGNED, field.offset());
        if (!field.allows(value)) {
          return field.nativeName() + " " + value;
        }
      }
    }
    if (ConfigField.MAX_CTAS.since() > known) {
      return null;
    }
    int min = config.get(JAVA_INT_UNALIGNED, ConfigField.MIN_CTAS.offset());
    int max = config.get(JAVA_INT_UNALIGNED, ConfigField.MAX_CTAS.offset());
    // CFG-05: also with an undefined max
    return min == ConfigField.UNDEFINED || min <= max ? null : "minCTAs " + min + " > " + max;
  }

  /** CFG-18: a name for messages, here as in NCCL's log. */
  private static @Nullable String nameIn(MemorySegment config) {
    int version = config.get(JAVA_INT_UNALIGNED, ConfigField.VERSION_OFFSET);
    boolean named = ConfigField.structBytes(version) >= ConfigField.COMM_NAME_OFFSET + Long.BYTES;
    return named
        ? HostMemory.text(config.get(JAVA_LONG_UNALIGNED, ConfigField.COMM_NAME_OFFSET))
        : null;
  }

  int commInitAll(MemorySegment comms, int ndev, MemorySegment deviceList) {
    if (AbiState.isNull(comms) || ndev < 1) {
      return INVALID_ARGUMENT; // INIT-13 normalised: 0 is refused too
    }
    List<SimDevice> chosen = new ArrayList<>();
    for (int i = 0; i < ndev; i++) {
      int index = AbiState.isNull(deviceList) ? i : deviceList.get(JAVA_INT_UNALIGNED, 4L * i);
      if (index < 0 || index >= state.devices().size()) {
        return INVALID_ARGUMENT;
      }
      if (chosen.contains(state.devices().get(index))) {
        return INVALID_USAGE;
      }
      chosen.add(state.devices().get(index));
    }
    HostTask task = state.kernel().enter();
    try {
      int i = 0;
      for (Endpoint endpoint : state.creations().joinAll(chosen, null)) {
        comms.set(JAVA_LONG_UNALIGNED, 8L * i++, state.register(endpoint));
      }
      return OK;
    } finally {
      state.kernel().exit(task);
    }
  }
}
