package org.jccl.conformance.fuzz;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.CommunicatorConfig;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.sim.Simulator;
import org.jccl.spi.ConfigStruct;
import org.jccl.spi.NcclAbi;

/**
 * What the simulated C functions read: configurations, ids, NCCL's variables. Whatever it is, they
 * answer with a code.
 */
class SimulatorInputFuzzProperties {
  private static final int MOST_BYTES = 256;

  @Provide
  Arbitrary<byte[]> configurations() {
    try (Arena arena = Arena.ofConfined()) {
      CommunicatorConfig config = CommunicatorConfig.builder().set(ConfigField.MIN_CTAS, 2).build();
      return Mutations.bytes(
          ConfigStruct.write(config, Simulator.NEWEST_VERSION, arena).toArray(JAVA_BYTE),
          ConfigStruct.write(config, Simulator.OLDEST_VERSION, arena).toArray(JAVA_BYTE));
    }
  }

  @Property
  void configurations_giveACode(@ForAll("configurations") byte[] bytes) {
    Reading.endsWell(() -> created(Map.of(), bytes, new byte[0]));
  }

  @Provide
  Arbitrary<byte[]> ids() {
    return Mutations.bytes(new byte[UniqueId.BYTES]);
  }

  @Property
  void ids_giveACode(@ForAll("ids") byte[] bytes) {
    Reading.endsWell(() -> created(Map.of(), new byte[0], bytes));
  }

  @Provide
  Arbitrary<String> variables() {
    return Arbitraries.of(
        "NCCL_ALGO",
        "NCCL_PROTO",
        "NCCL_PAT_ENABLE",
        "NCCL_NVLS_ENABLE",
        "NCCL_MIN_CTAS",
        "NCCL_MAX_CTAS",
        "NCCL_CGA_CLUSTER_SIZE",
        "NCCL_COMM_BLOCKING",
        "NCCL_NET",
        "NCCL_DEBUG",
        "NCCL_DEBUG_SUBSYS",
        "NCCL_WARN_ENABLE_DEBUG_INFO",
        "NCCL_DEBUG_TIMESTAMP_LEVELS",
        "NCCL_PARAM_DUMP_ALL",
        "NCCL_BUFFSIZE",
        "NCCL_NTHREADS",
        "NCCL_LAUNCH_ORDER_IMPLICIT");
  }

  @Provide
  Arbitrary<String> values() {
    return Mutations.texts(
        "ring,tree;allreduce:nvls", "^LL128", "Simple", "32", "0x10", "INIT,COLL", "^ALL", "WARN");
  }

  @Property
  void variables_giveACode(@ForAll("variables") String name, @ForAll("values") String value) {
    Map<String, String> environment = Map.of(name, value);
    Reading.endsWell(() -> created(environment, new byte[0], new byte[0]));
    Reading.endsWell(() -> asked(environment, name));
  }

  /** Makes a communicator of one rank; an id or a configuration that is empty is a right one. */
  private static int created(Map<String, String> environment, byte[] config, byte[] id) {
    try (Simulator simulator = simulator(environment);
        Arena arena = Arena.ofConfined()) {
      NcclAbi nccl = simulator.raw();
      MemorySegment unique = arena.allocate(UniqueId.BYTES);
      nccl.getUniqueId(unique);
      MemorySegment.copy(id, 0, unique, JAVA_BYTE, 0, Math.min(id.length, UniqueId.BYTES));
      MemorySegment comm = arena.allocate(JAVA_LONG);
      int code = nccl.commInitRankConfig(comm, 1, unique, 0, config(config, arena));
      long handle = comm.get(JAVA_LONG, 0);
      if (handle != 0) {
        nccl.commAbort(handle);
      }
      return code;
    }
  }

  private static Simulator simulator(Map<String, String> environment) {
    return Simulator.builder()
        .devices(1)
        .ncclVersion(Simulator.NEWEST_VERSION)
        .environment(environment)
        .warnings(line -> {})
        .build();
  }

  /** The struct; its two pointers are null, since any other would be followed. */
  private static MemorySegment config(byte[] bytes, Arena arena) {
    if (bytes.length == 0) {
      return MemorySegment.NULL;
    }
    MemorySegment struct = arena.allocate(MOST_BYTES);
    MemorySegment.copy(bytes, 0, struct, JAVA_BYTE, 0, Math.min(bytes.length, MOST_BYTES));
    struct.set(JAVA_LONG_UNALIGNED, ConfigField.NET_NAME_OFFSET, 0);
    struct.set(JAVA_LONG_UNALIGNED, ConfigField.COMM_NAME_OFFSET, 0);
    return struct;
  }

  private static int asked(Map<String, String> environment, String name) {
    try (Simulator simulator = simulator(environment);
        Arena arena = Arena.ofConfined()) {
      return simulator
          .raw()
          .paramGetParameter(
              arena.allocateFrom(name), arena.allocate(JAVA_LONG), arena.allocate(JAVA_LONG));
    }
  }
}
