package org.jccl.conformance.misuse;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.jccl.conformance.misuse.MisuseRank.COUNT;
import static org.jccl.conformance.misuse.MisuseRank.FLOAT;
import static org.jccl.conformance.misuse.MisuseRank.SUM;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.config.CallField;
import org.jccl.config.ConfigField;

/** SIM-67 to SIM-70: configurations of calls, and communicators configured differently. */
final class ConfigMisuses {
  private ConfigMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        MisuseCase.of("SIM-67")
            .naming(0, 1)
            .saying("(config)", "maxCTAs 2", "maxCTAs 4")
            .pair((r, wrong) -> sum(r, limited(r, wrong && r.rank() == 1 ? 4 : 2), true)),
        MisuseCase.of("SIM-68")
            .naming(0, 1)
            .pair((r, wrong) -> sum(r, selecting(r, wrong ? "collnet" : "collnet,ring"), !wrong)),
        MisuseCase.of("SIM-69")
            .saying("launchOrderImplicit 0", "launchOrderImplicit 1")
            .pair(ConfigMisuses::bothOrders),
        MisuseCase.of("SIM-70").naming(0, 1).pair(OneSidedMisuses::signalEarly));
  }

  private static void sum(MisuseRank r, MemorySegment config, boolean isDone) {
    long comm = r.openWarm();
    DeviceBuffer data = r.floats(COUNT, 3);
    long at = data.address();
    Stream s = r.stream();
    r.call(
        "ncclAllReduceConfig",
        () -> r.abi().allReduceConfig(at, at, COUNT, FLOAT, SUM, comm, s.handle(), config));
    if (isDone) {
      r.expectAll(data, COUNT, 6);
    }
  }

  /** A communicator with launchOrderImplicit beside one without: on two streams, or in order. */
  private static void bothOrders(MisuseRank r, boolean wrong) {
    long plain = r.openWith(ConfigField.LAUNCH_ORDER_IMPLICIT, 0);
    long implicit = r.openWith(ConfigField.LAUNCH_ORDER_IMPLICIT, 1);
    DeviceBuffer one = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer other = r.floats(COUNT, r.rank() + 10);
    Stream s = r.stream();
    Stream t = wrong ? r.stream() : s;
    r.sum(one, plain, s);
    r.sum(other, implicit, t);
    r.expectAll(one, COUNT, 3);
    r.expectAll(other, COUNT, 21);
  }

  private static MemorySegment config(MisuseRank r) {
    int bytes = CallField.structBytes(r.version());
    MemorySegment config = r.memory(bytes);
    config.set(JAVA_LONG, ConfigField.SIZE_OFFSET, bytes);
    config.set(JAVA_INT, ConfigField.MAGIC_OFFSET, ConfigField.MAGIC);
    config.set(JAVA_INT, ConfigField.VERSION_OFFSET, r.version());
    for (CallField field : CallField.values()) {
      config.set(JAVA_INT, field.offset(), ConfigField.UNDEFINED);
    }
    config.set(JAVA_INT, CallField.FORCED_OFFSET, 1);
    return config;
  }

  private static MemorySegment limited(MisuseRank r, int most) {
    MemorySegment config = config(r);
    config.set(JAVA_INT, CallField.MAX_CTAS.offset(), most);
    return config;
  }

  private static MemorySegment selecting(MisuseRank r, String names) {
    MemorySegment config = config(r);
    MemorySegment text = r.memory(names.length() + 1);
    text.setString(0, names);
    config.set(JAVA_LONG, CallField.SELECTION_OFFSET, text.address());
    return config;
  }
}
