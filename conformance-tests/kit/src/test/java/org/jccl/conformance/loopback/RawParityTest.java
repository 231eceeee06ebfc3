package org.jccl.conformance.loopback;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.sim.Simulator;
import org.jccl.spi.NcclAbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One table of raw calls and their codes, without C between and through the binding. */
@Timeout(20)
class RawParityTest {
  private static final int OK = 0;
  private static final int CUDA = 1;
  private static final int INTERNAL = 3;
  private static final int ARGUMENT = 4;
  private static final int USAGE = 5;
  private static final MemorySegment NULL = MemorySegment.NULL;
  private static final int INT = DataType.INT32.code();

  /** A communicator of one rank, and what calls on it need. */
  private static final class Raw implements AutoCloseable {
    final NcclAbi abi;
    final Arena arena = Arena.ofConfined();
    final long comm;
    final long buffer;
    final long stream;

    Raw(NcclAbi abi, Device device) {
      this.abi = abi;
      device.makeCurrent();
      MemorySegment handle = arena.allocate(JAVA_LONG);
      assertThat(abi.commInitRank(handle, 1, id(), 0)).isZero();
      this.comm = handle.get(JAVA_LONG, 0);
      MemorySegment address = arena.allocate(JAVA_LONG);
      assertThat(abi.memAlloc(address, 64)).isZero();
      this.buffer = address.get(JAVA_LONG, 0);
      this.stream = device.defaultStream().handle();
    }

    MemorySegment id() {
      MemorySegment id = arena.allocate(UniqueId.BYTES);
      assertThat(abi.getUniqueId(id)).isZero();
      return id;
    }

    MemorySegment out() {
      return arena.allocate(JAVA_LONG);
    }

    MemorySegment config(int size, int magic, ConfigField field, int value) {
      MemorySegment config = arena.allocate(128, 8); // room for the newest version
      config.fill((byte) 0);
      config.set(JAVA_LONG, 0, size);
      config.set(JAVA_INT, ConfigField.MAGIC_OFFSET, magic);
      config.set(JAVA_INT, ConfigField.VERSION_OFFSET, Loopback.VERSION);
      for (ConfigField each : ConfigField.values()) {
        config.set(JAVA_INT, each.offset(), ConfigField.UNDEFINED);
      }
      config.set(JAVA_INT, field.offset(), value);
      return config;
    }

    int init(MemorySegment config) {
      return abi.commInitRankConfig(out(), 1, id(), 0, config);
    }

    int allReduce(int type, int op) {
      return abi.allReduce(buffer, buffer, 1, type, op, comm, stream);
    }

    int grouped(ToIntFunction<Raw> body) {
      abi.groupStart();
      int _ = body.applyAsInt(this); // the end repeats it (GRP-11)
      return abi.groupEnd();
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  private record Case(int code, ToIntFunction<Raw> call) {}

  private static final Map<String, Case> CASES = new LinkedHashMap<>();

  private static void expect(String what, int code, ToIntFunction<Raw> call) {
    CASES.put(what, new Case(code, call));
  }

  static {
    expect("version into null", ARGUMENT, raw -> raw.abi.getVersion(NULL));
    expect("unique id into null", ARGUMENT, raw -> raw.abi.getUniqueId(NULL));
    expect("world size 0", ARGUMENT, raw -> raw.abi.commInitRank(raw.out(), 0, raw.id(), 0));
    expect("rank too large", ARGUMENT, raw -> raw.abi.commInitRank(raw.out(), 2, raw.id(), 2));
    expect("rank negative", ARGUMENT, raw -> raw.abi.commInitRank(raw.out(), 1, raw.id(), -1));
    expect("handle into null", ARGUMENT, raw -> raw.abi.commInitRank(NULL, 1, raw.id(), 0));
    expect(
        "wrong rank in a group",
        ARGUMENT,
        raw -> raw.grouped(in -> in.abi.commInitRank(in.out(), 1, in.id(), 1)));
    expect("no configuration", OK, raw -> raw.init(NULL));
    expect(
        "configuration of defaults",
        OK,
        raw -> raw.init(raw.config(80, ConfigField.MAGIC, ConfigField.BLOCKING, 1)));
    expect(
        "configuration without magic",
        ARGUMENT,
        raw -> raw.init(raw.config(-1, 0, ConfigField.BLOCKING, 1)));
    expect(
        "blocking 2",
        ARGUMENT,
        raw -> raw.init(raw.config(80, ConfigField.MAGIC, ConfigField.BLOCKING, 2)));
    expect(
        "cluster size -1",
        ARGUMENT,
        raw -> raw.init(raw.config(80, ConfigField.MAGIC, ConfigField.CGA_CLUSTER_SIZE, -1)));
    expect(
        "no thread blocks",
        ARGUMENT,
        raw -> raw.init(raw.config(80, ConfigField.MAGIC, ConfigField.MAX_CTAS, 0)));
    expect("init all of none", ARGUMENT, raw -> raw.abi.commInitAll(raw.out(), 0, NULL));
    expect("init all into null", ARGUMENT, raw -> raw.abi.commInitAll(NULL, 1, NULL));
    expect(
        "init all of a device that is not there",
        ARGUMENT,
        raw -> raw.abi.commInitAll(raw.out(), 1, raw.arena.allocateFrom(JAVA_INT, 9)));
    expect(
        "init all of one device twice",
        USAGE,
        raw ->
            raw.abi.commInitAll(
                raw.arena.allocate(JAVA_LONG, 2), 2, raw.arena.allocateFrom(JAVA_INT, 0, 0)));
    expect(
        "init all of two",
        OK,
        raw -> raw.abi.commInitAll(raw.arena.allocate(JAVA_LONG, 2), 2, NULL));
    expect("count of null", ARGUMENT, raw -> raw.abi.commCount(0, raw.out()));
    expect("count into null", ARGUMENT, raw -> raw.abi.commCount(raw.comm, NULL));
    expect("device of garbage", ARGUMENT, raw -> raw.abi.commCuDevice(7, raw.out()));
    expect("rank", OK, raw -> raw.abi.commUserRank(raw.comm, raw.out()));
    expect("state of null", ARGUMENT, raw -> raw.abi.commGetAsyncError(0, raw.out()));
    expect("state", OK, raw -> raw.abi.commGetAsyncError(raw.comm, raw.out()));
    expect("all-reduce", OK, raw -> raw.allReduce(INT, 0));
    expect("type 12", ARGUMENT, raw -> raw.allReduce(12, 0));
    expect("type -1", ARGUMENT, raw -> raw.allReduce(-1, 0));
    expect("op -1", ARGUMENT, raw -> raw.allReduce(INT, -1));
    expect("op unknown", ARGUMENT, raw -> raw.allReduce(INT, 77));
    expect(
        "null communicator",
        ARGUMENT,
        raw -> raw.abi.allReduce(raw.buffer, raw.buffer, 1, INT, 0, 0, raw.stream));
    expect(
        "nothing to reduce, null buffers",
        OK,
        raw -> raw.abi.allReduce(0, 0, 0, INT, 0, raw.comm, raw.stream)); // COL-02
    expect(
        "root 1 of 1",
        ARGUMENT,
        raw -> raw.abi.broadcast(raw.buffer, raw.buffer, 1, INT, 1, raw.comm, raw.stream));
    expect(
        "in-place broadcast",
        OK,
        raw -> raw.abi.bcast(raw.buffer, 1, INT, 0, raw.comm, raw.stream));
    expect(
        "reduce to root -1",
        ARGUMENT,
        raw -> raw.abi.reduce(raw.buffer, raw.buffer, 1, INT, 0, -1, raw.comm, raw.stream));
    expect(
        "gather to root 1 of 1",
        ARGUMENT,
        raw -> raw.abi.gather(raw.buffer, raw.buffer, 1, INT, 1, raw.comm, raw.stream));
    expect(
        "all-gather",
        OK,
        raw -> raw.abi.allGather(raw.buffer, raw.buffer, 1, INT, raw.comm, raw.stream));
    expect(
        "send to self alone",
        USAGE,
        raw -> raw.abi.send(raw.buffer, 1, INT, 0, raw.comm, raw.stream)); // P2P-05
    expect(
        "message to self",
        OK,
        raw ->
            raw.grouped(
                in ->
                    in.abi.send(in.buffer, 1, INT, 0, in.comm, in.stream)
                        + in.abi.recv(in.buffer + 32, 1, INT, 0, in.comm, in.stream)));
    expect(
        "peer 3 of 1", ARGUMENT, raw -> raw.abi.recv(raw.buffer, 1, INT, 3, raw.comm, raw.stream));
    expect("end without start", USAGE, raw -> raw.abi.groupEnd()); // GRP-02
    expect("empty group", OK, raw -> raw.grouped(in -> 0)); // GRP-17
    expect("poisoned group", ARGUMENT, raw -> raw.grouped(in -> in.allReduce(12, 0))); // GRP-11
    expect(
        "scaled sum of a null scalar",
        ARGUMENT,
        raw -> raw.abi.redOpCreatePreMulSum(raw.out(), 0, INT, 1, raw.comm));
    expect(
        "scaled sum of an unknown type",
        INTERNAL,
        raw -> raw.abi.redOpCreatePreMulSum(raw.out(), raw.out().address(), 12, 1, raw.comm));
    expect(
        "scaled sum without communicator",
        ARGUMENT,
        raw -> raw.abi.redOpCreatePreMulSum(raw.out(), raw.out().address(), INT, 1, 0));
    expect(
        "scaled sum from here and used",
        OK,
        raw -> {
          MemorySegment op = raw.out();
          MemorySegment scalar = raw.arena.allocateFrom(JAVA_INT, 3);
          int code = raw.abi.redOpCreatePreMulSum(op, scalar.address(), INT, 1, raw.comm);
          return code + raw.allReduce(INT, op.get(JAVA_INT, 0));
        });
    expect("destroy a built-in sum", ARGUMENT, raw -> raw.abi.redOpDestroy(0, raw.comm));
    expect("destroy an unknown sum", ARGUMENT, raw -> raw.abi.redOpDestroy(99, raw.comm));
    expect("destroy null", OK, raw -> raw.abi.commDestroy(0)); // ARG-19
    expect("abort null", OK, raw -> raw.abi.commAbort(0));
    expect("finalize null", OK, raw -> raw.abi.commFinalize(0)); // ARG-18
    expect(
        "finalize twice",
        ARGUMENT,
        raw -> {
          raw.abi.commFinalize(raw.comm);
          return raw.abi.commFinalize(raw.comm);
        });
    expect("split of null", ARGUMENT, raw -> raw.abi.commSplit(0, 0, 0, raw.out(), NULL));
    expect("split into null", ARGUMENT, raw -> raw.abi.commSplit(raw.comm, 0, 0, NULL, NULL));
    expect("split away", OK, raw -> raw.abi.commSplit(raw.comm, -1, 0, raw.out(), NULL));
    expect("split alone", OK, raw -> raw.abi.commSplit(raw.comm, 3, 0, raw.out(), NULL));
    expect(
        "shrink without a list",
        ARGUMENT,
        raw -> raw.abi.commShrink(raw.comm, NULL, 1, raw.out(), NULL, 0));
    expect(
        "creation by no id",
        ARGUMENT,
        raw -> raw.abi.commInitRankScalable(raw.out(), 1, 0, 0, NULL, NULL));
    expect("revoke null", OK, raw -> raw.abi.commRevoke(0, 0));
    expect("revoke with flags", ARGUMENT, raw -> raw.abi.commRevoke(raw.comm, 1));
    expect(
        "operation on a revoked communicator",
        USAGE,
        raw -> {
          int code = raw.abi.commRevoke(raw.comm, 0);
          return code != 0 ? code : raw.allReduce(INT, 0);
        }); // LIF-19
    expect("register null", ARGUMENT, raw -> raw.abi.commRegister(0, raw.buffer, 8, raw.out()));
    expect("register", OK, raw -> raw.abi.commRegister(raw.comm, raw.buffer, 8, raw.out()));
    expect("deregister garbage", USAGE, raw -> raw.abi.commDeregister(raw.comm, 77)); // ARG-27
    expect(
        "window without communicator",
        ARGUMENT,
        raw -> raw.abi.commWindowRegister(0, raw.buffer, 8, raw.out(), 0));
    expect("simulated end without start", USAGE, raw -> raw.abi.groupSimulateEnd(NULL));
    expect("allocate into null", CUDA, raw -> raw.abi.memAlloc(NULL, 8)); // ARG-33
    expect("free null", OK, raw -> raw.abi.memFree(0));
    expect("free garbage", CUDA, raw -> raw.abi.memFree(12));
  }

  static Set<String> cases() {
    return CASES.keySet();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void code_isTheSame_withoutAndWithCBetween(String name) {
    Case each = CASES.get(name);
    try (Simulator simulator = Simulator.builder().devices(2).warnings(line -> {}).build();
        Raw raw = new Raw(simulator.raw(), simulator.backend().devices().getFirst())) {
      assertThat(each.call.applyAsInt(raw)).as("simulator").isEqualTo(each.code);
    }
    try (Loopback loopback = Loopback.open(2);
        Raw raw = new Raw(loopback.raw(), loopback.backend().devices().getFirst())) {
      assertThat(each.call.applyAsInt(raw)).as("loopback").isEqualTo(each.code);
      assertThat(loopback.failures()).isEmpty();
    }
  }

  @Test
  void outputs_areWrittenThroughC() {
    try (Loopback loopback = Loopback.open(2);
        Raw raw = new Raw(loopback.raw(), loopback.backend().devices().get(1))) {
      MemorySegment out = raw.arena.allocate(JAVA_INT);
      raw.abi.getVersion(out);
      assertThat(out.get(JAVA_INT, 0)).isEqualTo(Loopback.VERSION);
      raw.abi.commCuDevice(raw.comm, out);
      assertThat(out.get(JAVA_INT, 0)).isEqualTo(1);
      raw.abi.commCount(raw.comm, out);
      assertThat(out.get(JAVA_INT, 0)).isEqualTo(1);
      assertThat(raw.id().toArray(JAVA_BYTE)).hasSize(128).isNotEqualTo(new byte[128]);
      for (int code = -1; code < 12; code++) {
        assertThat(raw.abi.getErrorString(code))
            .isNotEmpty()
            .isEqualTo(loopback.simulated().getErrorString(code)); // ERR-09
      }
    }
  }
}
