package org.jccl.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Annotation;
import java.util.List;
import org.jccl.CheckLevel;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** After each rule somebody looks at what no rank was asked. */
class ValidatorTest {
  private final Subject subject =
      new SimulatorSubject("validated", null, false, CheckLevel.DEFAULT, Simulator.DEFAULT_VERSION);

  private final Worlds worlds = Worlds.shared(subject);

  @BeforeEach
  void open() {
    worlds.run(2, rank -> {});
  }

  @AfterEach
  void close() {
    Worlds.closeShared(subject);
  }

  @Test
  void nothing_isFound_whereNothingIs() {
    assertThat(after(expecting(), rank -> {})).isEmpty();
  }

  @Test
  void aStreamLeftOpen_isFound_unlessItIsLeftOnPurpose() {
    RankBody leaves = rank -> rank.device().newStream();

    assertThat(after(expecting(), leaves)).singleElement().asString().startsWith("left open: ");
    assertThat(after(leaving("on purpose"), leaves)).isEmpty();
  }

  @Test
  void aReport_isFound_unlessItIsExpected() {
    RankBody types = ValidatorTest::sendsOtherTypes;

    assertThat(after(expecting(), types))
        .isNotEmpty()
        .allMatch(line -> line.startsWith("reported and not expected: P2P_TYPE"));
    assertThat(after(expecting(MisuseKind.P2P_TYPE), types)).isEmpty();
    assertThat(after(expecting(MisuseKind.DEADLOCK), rank -> {}))
        .containsExactly("expected, but not reported: DEADLOCK");
  }

  private static void sendsOtherTypes(WorldRank rank) {
    int peer = 1 - rank.rank();
    try (DeviceBuffer out = Values.of(rank.device(), DataType.FLOAT32, 1);
        DeviceBuffer in = Values.of(rank.device(), DataType.INT32, 0)) {
      rank.communicator().sendRecv(out, peer, in, peer);
      rank.communicator().defaultStream().synchronize();
    }
  }

  private List<String> after(Expects expects, RankBody body) {
    Validator validator = Validator.begin();
    worlds.run(2, body);
    return validator.end(expects, true);
  }

  private static Expects expecting(MisuseKind... kinds) {
    return new OnPurpose(kinds, "");
  }

  private static Expects leaving(String why) {
    return new OnPurpose(new MisuseKind[0], why);
  }

  /** As a test's annotation says it. */
  @SuppressWarnings({"ClassExplicitlyAnnotation", "ArrayRecordComponent"})
  private record OnPurpose(MisuseKind[] reports, String leaves) implements Expects {
    @Override
    public Class<? extends Annotation> annotationType() {
      return Expects.class;
    }
  }
}
