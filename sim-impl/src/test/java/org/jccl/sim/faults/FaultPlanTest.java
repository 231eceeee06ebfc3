package org.jccl.sim.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.jccl.ResultCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The text of a plan says what the plan says. */
class FaultPlanTest {
  @Test
  void aTextIsAPlan() {
    FaultPlan plan =
        FaultPlan.parse(
            """
            rank 1 at call 3: abort
            Rank 2 at all_reduce 5 : hang;rank 0 at opening 2:slow 1.5 ms

            rank 3 at allocate: async error internal
            """);
    assertThat(plan)
        .isEqualTo(
            FaultPlan.of(
                    Fault.of(1, FaultPoint.ANY, 3, FaultKind.ABORT),
                    Fault.of(2, "all_reduce", 5, FaultKind.HANG),
                    Fault.of(0, FaultPoint.OPENING, 2, FaultKind.SLOW, Duration.ofNanos(1_500_000)))
                .and(
                    new Fault(
                        new FaultPoint(3, "allocate", 1),
                        FaultKind.ASYNC_ERROR,
                        Fault.FOREVER,
                        ResultCode.INTERNAL_ERROR)));
    assertThat(plan)
        .hasToString(
            "rank 1 at call 3: abort; rank 2 at all_reduce 5: hang; rank 0 at opening 2: slow"
                + " 1500us; rank 3 at allocate 1: async error internal error");
  }

  @ParameterizedTest
  @EnumSource
  void itsOwnTextIsThePlan(FaultKind kind) {
    Fault plain =
        kind.needsTime()
            ? Fault.of(0, FaultPoint.ANY, 7, kind, Duration.ofSeconds(90))
            : Fault.of(0, FaultPoint.ANY, 7, kind);
    FaultPlan plan = FaultPlan.of(plain);
    if (kind.takesTime()) {
      plan = plan.and(Fault.of(12, "send", 1, kind, Duration.ofNanos(1_001)));
    }
    assertThat(FaultPlan.parse(plan.toString())).isEqualTo(plan);
  }

  @Test
  void nothingIsAPlanInWhichNothingBreaks() {
    assertThat(FaultPlan.parse(" ;\n; ")).isEqualTo(FaultPlan.none()).hasToString("");
    assertThat(FaultPlan.none().isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rank 1",
        "rank 1 at call 3",
        "rank 1 at call 0: exit",
        "rank -1 at call 3: exit",
        "rank 1 at call 3: explode",
        "rank 1 at call 3: slow",
        "rank 1 at call 3: delay",
        "rank 1 at call 3: slow 0ms",
        "rank 1 at call 3: slow 5",
        "rank 1 at call 3: slow 5 weeks",
        "rank 1 at call 3: exit now",
        "rank 1 at call 3: async error success",
        "rank 1 at call 99999999999: exit",
        "rank 1 at CALL# 3: exit"
      })
  void whatIsNoFaultIsRefusedWithItsWords(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FaultPlan.parse("rank 0 at call 1: exit; " + text))
        .withMessageContaining(text);
  }
}
