package org.jccl.fidelity.differential;

import org.jccl.conformance.cases.ProgramStep.Question;
import org.jccl.conformance.cases.Refused.Wrong;

/** What is the same in every {@link Reproducer}. */
final class ReproducerText {
  static final String IMPORTS =
      """
      import java.lang.foreign.Arena;
      import java.lang.foreign.MemorySegment;
      import java.lang.foreign.ValueLayout;
      import java.util.ArrayList;
      import java.util.Arrays;
      import java.util.List;
      import java.util.function.Consumer;
      import java.util.function.IntSupplier;
      import java.util.zip.CRC32;
      import org.jccl.*;
      import org.jccl.conformance.cases.MemoryPlan;
      import org.jccl.conformance.cases.WorldSplit;
      import org.jccl.conformance.data.ArbitraryData;
      import org.jccl.conformance.data.Elements;
      import org.jccl.conformance.data.ExactData;
      import org.jccl.conformance.data.Fold;
      import org.jccl.conformance.data.InputKind;
      import org.jccl.config.ConfigField;
      import org.jccl.nccl.NcclBackend;
      import org.jccl.sim.Simulator;
      import org.jccl.spi.ConfigStruct;
      import org.jccl.spi.NcclAbi;
      """;

  static final String FRONT =
      """
      public static void main(String[] args) {
        String name = args.length > 0 ? args[0] : "sim";
        try (Backend backend = Backends.load(name, BackendConfig.ofDevices(RANKS))) {
          run(backend).forEach(System.out::println);
        }
      }

      /** What each rank observes, in rank order. */
      public static List<String> run(Backend backend) {
        String[] seen = new String[RANKS];
        NcclAbi abi =
            backend instanceof NcclBackend nccl
                ? nccl.binding()
                : Simulator.of(backend).orElseThrow().raw();
        Ranks.run(backend, RANKS, rank -> seen[rank.rank()] = rank(rank, abi));
        return Arrays.asList(seen);
      }
      """;

  static final String HELPERS =
      """
      /** The value of rank {@code me}. */
      private static long pick(int me, long... values) {
        return values[me];
      }

      private static MemorySegment at(byte[] image, int at, int bytes) {
        return MemorySegment.ofArray(image).asSlice(at, bytes);
      }

      private static void fill(MemorySegment to, ExactData data, int rank) {
        for (int i = 0; i < to.byteSize() / data.type().bytes(); i++) {
          Elements.set(to, data.type(), i, data.input(rank, i));
        }
      }

      private static long crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
      }

      private static void join(Stream from, Stream to) {
        Event event = from.device().newEvent();
        event.record(from);
        to.waitFor(event);
        to.synchronize();
        event.close();
      }

      /** The first rank of each group makes an id and every rank gets its group's. */
      private static byte[] idOf(Rank rank, WorldSplit split, byte[] fresh) {
        List<byte[]> ids = rank.processGroup().allGather(fresh);
        return split.contains(rank.rank()) ? ids.get(split.groupOf(rank.rank()).getFirst()) : fresh;
      }
      """;

  static final String TYPED_HELPERS =
      """
      private static void note(List<String> notes, String what, Runnable call) {
        notes.add(what + " = " + outcome(call));
      }

      private static String outcome(Runnable call) {
        try {
          call.run();
          return "ok";
        } catch (CollectiveException failed) {
          return failed.getClass().getSimpleName() + " " + failed.code();
        } catch (IllegalArgumentException | IllegalStateException | NullPointerException refused) {
          return refused.getClass().getSimpleName();
        }
      }

      private static PreMulSum closed(PreMulSum made) {
        made.close();
        return made;
      }

      private static void using(PreMulSum made, Consumer<PreMulSum> body) {
        try (made) {
          body.accept(made);
        }
      }

      private static Communicator open(Rank rank, WorldSplit split) {
        Backend backend = rank.backend();
        byte[] id = idOf(rank, split, backend.newUniqueId().toBytes());
        if (!split.contains(rank.rank())) {
          return null;
        }
        List<Integer> group = split.groupOf(rank.rank());
        int own = group.indexOf(rank.rank());
        CommunicatorConfig.Builder config = CommunicatorConfig.builder();
        if (split.channels() > 0) {
          config.set(ConfigField.MIN_CTAS, split.channels());
          config.set(ConfigField.MAX_CTAS, split.channels());
        }
        return backend.newCommunicator(
            UniqueId.of(id), own, group.size(), rank.device(), config.build());
      }

      private static DeviceBuffer part(DeviceBuffer memory, long at, long elements, DataType type) {
        return at < 0 ? null : memory.slice(at, elements * type.bytes()).as(type);
      }
      """;

  static final String RAW_HELPERS =
      """
      private static long open(Rank rank, NcclAbi abi, MemorySegment host, WorldSplit split) {
        MemorySegment id = host.asSlice(64, UniqueId.BYTES);
        abi.getUniqueId(id);
        byte[] bytes = idOf(rank, split, id.toArray(ValueLayout.JAVA_BYTE));
        if (!split.contains(rank.rank())) {
          return 0;
        }
        List<Integer> group = split.groupOf(rank.rank());
        MemorySegment.copy(bytes, 0, id, ValueLayout.JAVA_BYTE, 0, bytes.length);
        int code = abi.commInitRank(host, group.size(), id, group.indexOf(rank.rank()));
        if (code != 0) {
          throw new IllegalStateException("ncclCommInitRank returned " + code);
        }
        return host.get(ValueLayout.JAVA_LONG, 0);
      }

      private static void note(List<String> notes, String what, IntSupplier call) {
        notes.add(what + " = " + call.getAsInt());
      }

      private static long address(DeviceBuffer memory, long at) {
        return at < 0 ? 0 : memory.address() + at;
      }

      private static int scaled(
          NcclAbi abi, MemorySegment host, DataType type, long bits, long comm, List<String> notes,
          int step) {
        MemorySegment scalar = host.asSlice(16);
        Elements.set(scalar, type, 0, bits);
        return made(abi, host, type, scalar.address(), 1, comm, notes, step);
      }

      private static int made(
          NcclAbi abi, MemorySegment host, DataType type, long scalar, int residence, long comm,
          List<String> notes, int step) {
        int code = abi.redOpCreatePreMulSum(host, scalar, type.code(), residence, comm);
        notes.add(step + " ncclRedOpCreatePreMulSum = " + code);
        return host.get(ValueLayout.JAVA_INT, 0);
      }
      """;

  /** How the raw surface answers through a number in {@code out}. */
  static final String ANSWERS =
      """
      private static MemorySegment blank(MemorySegment out) {
        out.set(ValueLayout.JAVA_INT, 0, -77);
        return out;
      }

      private static String answer(int code, MemorySegment out) {
        return code + ", " + out.get(ValueLayout.JAVA_INT, 0);
      }
      """;

  static final String LIFECYCLE_HELPERS =
      """
      private static long comm(MemorySegment comms, int slot) {
        return comms.getAtIndex(ValueLayout.JAVA_LONG, slot);
      }

      private static MemorySegment one(Arena arena, int value) {
        return arena.allocateFrom(ValueLayout.JAVA_INT, value);
      }

      private static int state(NcclAbi abi, long comm) {
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment out = arena.allocate(16, 16);
          int code = abi.commGetAsyncError(comm, out);
          return code == 0 ? out.get(ValueLayout.JAVA_INT, 0) : -code;
        }
      }

      /** Waits until a nonblocking communicator is no longer in progress. */
      private static String settled(
          NcclAbi abi, int code, boolean blocking, MemorySegment comms, int slot) {
        long comm = comm(comms, slot);
        if (blocking || comm == 0 || (code != 0 && code != 7)) {
          return code + (blocking || comm == 0 ? "" : " " + state(abi, comm));
        }
        long until = System.nanoTime() + 20_000_000_000L;
        int state = state(abi, comm);
        while (state == 7 && System.nanoTime() < until) {
          Thread.yield();
          state = state(abi, comm);
        }
        return "settled " + state;
      }

      private static int init(
          Rank rank, NcclAbi abi, Arena arena, MemorySegment comms, int slot, boolean blocking,
          List<String> notes) {
        MemorySegment id = arena.allocate(UniqueId.BYTES);
        byte[] own = new byte[0];
        if (rank.rank() == 0) {
          notes.add("ncclGetUniqueId = " + abi.getUniqueId(id));
          own = id.toArray(ValueLayout.JAVA_BYTE);
        }
        MemorySegment shared = MemorySegment.ofArray(rank.processGroup().broadcast(own, 0));
        id.copyFrom(shared);
        int version = rank.backend().ncclVersion();
        MemorySegment config =
            ConfigStruct.write(CommunicatorConfig.defaults(), version, arena);
        config.set(ValueLayout.JAVA_INT, ConfigField.BLOCKING.offset(), blocking ? 1 : 0);
        MemorySegment handle = comms.asSlice(8L * slot, 8);
        return abi.commInitRankConfig(handle, RANKS, id, rank.rank(), config);
      }

      private static String child(
          NcclAbi abi, String code, boolean blocking, MemorySegment comms, int slot) {
        if (comm(comms, slot) == 0) {
          return code + ", no child";
        }
        String settled = settled(abi, 0, blocking, comms, slot);
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment out = arena.allocate(16, 16);
          int count = abi.commCount(comm(comms, slot), out);
          return settled + " " + code + ", child of " + answer(count, out);
        }
      }

      private static String reduce(
          NcclAbi abi, int me, DeviceBuffer memory, Stream stream, boolean blocking,
          MemorySegment comms, int slot) {
        int[] numbers = new int[5];
        Arrays.setAll(numbers, i -> (i + 1) << 4 * me % Integer.SIZE);
        memory.copyFrom(numbers);
        long at = memory.address();
        int code = abi.allReduce(at, at, 5, 2, 0, comm(comms, slot), stream.handle());
        String result = settled(abi, code, blocking, comms, slot);
        stream.synchronize();
        memory.copyTo(numbers);
        return result + " " + Arrays.toString(numbers);
      }
      """;

  private ReproducerText() {}

  /** A wrong call on the typed surface; words in capitals stand for its arguments. */
  static String typed(Wrong wrong) {
    return switch (wrong) {
      case ROOT_TOO_LARGE -> "COMM.broadcast(SEND, RECV, COMM.worldSize(), STREAM)";
      case ROOT_NEGATIVE -> "COMM.reduce(SEND, RECV, ReduceOp.SUM, -1, STREAM)";
      case PEER_TOO_LARGE -> "COMM.send(SEND, COMM.worldSize(), STREAM)";
      case TYPE -> "COMM.allReduce(SEND, RECV.as(DataType.FLOAT32), ReduceOp.SUM, STREAM)";
      case COUNT_OR_TYPE -> "COMM.allReduce(SEND, RECV.slice(0, FEWER), ReduceOp.SUM, STREAM)";
      case REDUCTION -> "COMM.allReduce(SEND, RECV, null, STREAM)";
      case REDUCTION_OR_BUFFER -> "COMM.allReduce(null, RECV, ReduceOp.SUM, STREAM)";
      case STALE_REDUCTION ->
          "COMM.allReduce(SEND, RECV, closed(COMM.preMulSum(DataType.INT32, 2)), STREAM)";
      case REDUCTION_OF_OTHER_TYPE ->
          "using(COMM.preMulSum(DataType.FLOAT32, 2), op -> COMM.allReduce(SEND, RECV, op, STREAM))";
      case COMMUNICATOR_OR_BUFFER -> "COMM.allGather(SEND, null, STREAM)";
    };
  }

  /** The same on the raw surface. */
  static String raw(Wrong wrong) {
    return switch (wrong) {
      case ROOT_TOO_LARGE -> "abi.broadcast(SEND, RECV, COUNT, 2, SIZE, COMM, STREAM)";
      case ROOT_NEGATIVE -> "abi.reduce(SEND, RECV, COUNT, 2, 0, -1, COMM, STREAM)";
      case PEER_TOO_LARGE -> "abi.send(SEND, COUNT, 2, SIZE, COMM, STREAM)";
      case TYPE -> "abi.allReduce(SEND, RECV, COUNT, 12, 0, COMM, STREAM)";
      case COUNT_OR_TYPE -> "abi.allGather(SEND, RECV, COUNT, -1, COMM, STREAM)";
      case REDUCTION -> "abi.allReduce(SEND, RECV, COUNT, 2, -1, COMM, STREAM)";
      case REDUCTION_OR_BUFFER -> "abi.reduceScatter(SEND, RECV, COUNT, 2, 99, COMM, STREAM)";
      case STALE_REDUCTION -> "abi.allReduce(SEND, RECV, COUNT, 2, other, COMM, STREAM)";
      case REDUCTION_OF_OTHER_TYPE -> "abi.allReduce(SEND, RECV, MORE, 2, other, COMM, STREAM)";
      case COMMUNICATOR_OR_BUFFER -> "abi.allReduce(SEND, RECV, COUNT, 2, 0, 0, STREAM)";
    };
  }

  /** A question on the typed surface. */
  static String typed(Question question) {
    return switch (question) {
      case SIZE, SIZE_OF_NULL -> "COMM.worldSize()";
      case RANK, RANK_INTO_NULL -> "COMM.rank()";
      case STATE -> "COMM.asyncError()";
      case GROUP_END -> "outcome(() -> COMM.group(empty -> {}))";
      case DESTROY_BUILT_IN -> "COMM.state()";
    };
  }

  /** The same on the raw surface. */
  static String raw(Question question) {
    return switch (question) {
      case SIZE -> "abi.commCount(COMM, host)";
      case RANK -> "abi.commUserRank(COMM, host)";
      case STATE -> "abi.commGetAsyncError(COMM, host)";
      case SIZE_OF_NULL -> "abi.commCount(0, host)";
      case RANK_INTO_NULL -> "abi.commUserRank(COMM, MemorySegment.NULL)";
      case GROUP_END -> "abi.groupEnd()";
      case DESTROY_BUILT_IN -> "abi.redOpDestroy(0, COMM)";
    };
  }
}
