package org.jccl.fidelity.differential;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.engine.Workbench;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.fidelity.differential.LifecycleProgram.Act;
import org.jccl.fidelity.differential.LifecycleProgram.Deed;
import org.jccl.spi.ConfigStruct;
import org.jccl.spi.NcclAbi;

/**
 * One rank's run of a lifecycle program. A nonblocking call's result counts when the communicator
 * has settled; whether it was 0 or 7 before is a matter of time (rule GRP-24).
 */
final class LifecyclePerformance implements AutoCloseable {
  private static final int IN_PROGRESS = 7;
  private static final int ELEMENTS = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final WorldRank world;
  private final NcclAbi abi;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment handles;
  private final MemorySegment out = arena.allocate(64, 16);
  private final MemorySegment id = arena.allocate(UniqueId.BYTES);
  private final Stream stream;
  private final DeviceBuffer memory;
  private final List<String> notes = new ArrayList<>();

  private LifecyclePerformance(LifecycleProgram program, WorldRank world) {
    this.world = world;
    this.abi = world.instance().raw().orElseThrow();
    this.handles = arena.allocate(JAVA_LONG, program.communicators());
    Workbench bench = Workbench.of(world);
    this.stream = bench.streams().getFirst();
    this.memory = bench.memory(MemoryKind.PLAIN, ELEMENTS * Integer.BYTES);
  }

  /** Runs {@code program} on one rank; what it observed. */
  static List<String> of(LifecycleProgram program, WorldRank world) {
    world.device().makeCurrent();
    try (LifecyclePerformance performance = new LifecyclePerformance(program, world)) {
      for (int i = 0; i < program.deeds().size(); i++) {
        performance.perform(i, program.deeds().get(i));
      }
      return List.copyOf(performance.notes);
    }
  }

  private void perform(int index, Deed deed) {
    boolean inside = deed.parents().contains(world.rank());
    if (inside) {
      notes.add(index + " " + deed.act() + " = " + result(deed));
    }
    if (deed.act() == Act.DESTROY || deed.act() == Act.ABORT) {
      // The last local one waits for all devices: nobody may go on to a peer's operation (STR-13).
      world.processGroup().barrier(PATIENCE);
    }
  }

  private long comm(int slot) {
    return handles.getAtIndex(JAVA_LONG, slot);
  }

  private MemorySegment handle(int slot) {
    return handles.asSlice(8L * slot, 8);
  }

  private String result(Deed deed) {
    long comm = comm(deed.slot());
    return switch (deed.act()) {
      case INIT -> settled(init(deed.slot(), deed.blocking()), deed, comm(deed.slot()));
      case INIT_TWO -> initTwo(deed);
      case SPLIT -> split(deed, comm);
      case SHRINK -> shrink(deed, comm);
      case REDUCE -> reduce(deed, comm);
      case WRONG_ROOT -> {
        long at = memory.address();
        int type = DataType.INT32.code();
        int code = abi.broadcast(at, at, 1, type, -1, comm, stream.handle());
        yield code + " " + state(comm);
      }
      case FINALIZE -> settled(abi.commFinalize(comm), deed, comm);
      case REVOKE -> settled(abi.commRevoke(comm, deed.argument()), deed, comm);
      case COUNT -> answer(abi.commCount(comm, blank()));
      case USER_RANK -> answer(abi.commUserRank(comm, blank()));
      case STATE -> answer(abi.commGetAsyncError(comm, blank()));
      case DESTROY -> Integer.toString(abi.commDestroy(comm));
      case ABORT -> Integer.toString(abi.commAbort(comm));
      case NULLS ->
          abi.commFinalize(0)
              + " "
              + abi.commDestroy(0)
              + " "
              + abi.commAbort(0)
              + " "
              + abi.commRevoke(0, 1);
    };
  }

  private MemorySegment blank() {
    out.set(JAVA_INT, 0, -77);
    return out;
  }

  private String answer(int code) {
    return code + ", " + out.get(JAVA_INT, 0);
  }

  private int state(long comm) {
    int code = abi.commGetAsyncError(comm, out);
    return code == 0 ? out.get(JAVA_INT, 0) : -code;
  }

  /** Waits until a nonblocking communicator is no longer in progress. */
  private String settled(int code, Deed deed, long comm) {
    if (deed.blocking() || comm == 0 || (code != 0 && code != IN_PROGRESS)) {
      return code + (deed.blocking() || comm == 0 ? "" : " " + state(comm));
    }
    long until = System.nanoTime() + PATIENCE.toNanos();
    int state = state(comm);
    while (state == IN_PROGRESS && System.nanoTime() < until) {
      Thread.yield();
      state = state(comm);
    }
    return "settled " + state;
  }

  // ---------------------------------------------------------------- creation

  private int init(int slot, boolean blocking) {
    byte[] own = new byte[0];
    if (world.rank() == 0) {
      notes.add("ncclGetUniqueId = " + abi.getUniqueId(id));
      own = id.toArray(JAVA_BYTE);
    }
    MemorySegment.copy(
        MemorySegment.ofArray(world.processGroup().broadcast(own, 0)), 0, id, 0, UniqueId.BYTES);
    MemorySegment config = config(arena, world.instance().backend().ncclVersion(), blocking);
    return abi.commInitRankConfig(handle(slot), world.worldSize(), id, world.rank(), config);
  }

  /** A configuration as NCCL's initializer makes it, with one field set. */
  private static MemorySegment config(Arena arena, int version, boolean blocking) {
    MemorySegment config = ConfigStruct.write(CommunicatorConfig.defaults(), version, arena);
    config.set(JAVA_INT, ConfigField.BLOCKING.offset(), blocking ? 1 : 0);
    return config;
  }

  private String initTwo(Deed deed) {
    int start = abi.groupStart();
    int first = init(deed.slot(), true);
    int second = init(deed.made(), true);
    return start + " " + first + " " + second + " " + abi.groupEnd();
  }

  private String split(Deed deed, long comm) {
    int rank = world.rank();
    int code =
        abi.commSplit(
            comm,
            deed.members().colours().get(rank),
            deed.members().keys().get(rank),
            handle(deed.made()),
            MemorySegment.NULL);
    return child(settled(code, deed, comm), deed);
  }

  private String shrink(Deed deed, long comm) {
    if (!deed.members().contains(world.rank())) {
      return "left out"; // SHR-01: survivors only
    }
    out.set(JAVA_INT, 0, deed.argument());
    int code = abi.commShrink(comm, out, 1, handle(deed.made()), MemorySegment.NULL, 0);
    return child(settled(code, deed, comm), deed);
  }

  private String child(String code, Deed deed) {
    long made = comm(deed.made());
    if (made == 0) {
      return code + ", no child";
    }
    return settled(0, deed, made)
        + " "
        + code
        + ", child of "
        + answer(abi.commCount(made, blank()));
  }

  // ---------------------------------------------------------------- data

  private String reduce(Deed deed, long comm) {
    int[] numbers = new int[ELEMENTS];
    Arrays.setAll(numbers, i -> (i + 1) << 4 * world.rank() % Integer.SIZE);
    memory.as(DataType.INT32).copyFrom(numbers);
    long at = memory.address();
    int type = DataType.INT32.code();
    int sum = ReduceOp.SUM.code();
    int code = abi.allReduce(at, at, ELEMENTS, type, sum, comm, stream.handle());
    String result = settled(code, deed, comm);
    stream.synchronize();
    memory.as(DataType.INT32).copyTo(numbers);
    return result + " " + Arrays.toString(numbers);
  }

  @Override
  public void close() {
    arena.close();
  }
}
