package org.jccl.fidelity.floats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.MemoryPlan;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.WorldSplit;
import org.jccl.conformance.data.InputKind;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.ops.Operation;
import org.junit.jupiter.api.Test;

class FloatCasesTest {
  private static final int SEEDS = 600;
  private static final Capabilities CAPABILITIES = new SimulatorSubject().capabilities();

  private static List<Program> cases(int ranks) {
    FloatCases cases = new FloatCases(ranks, CAPABILITIES);
    return LongStream.range(0, SEEDS).mapToObj(cases::of).toList();
  }

  @Test
  void everythingIsCovered_manyTimes() {
    Map<Object, Integer> seen = new HashMap<>();
    for (Program each : cases(4)) {
      seen.merge("calls " + each.calls().size(), 1, Integer::sum);
      seen.merge("communicator " + each.calls().getFirst().communicator(), 1, Integer::sum);
      for (Placed placed : each.calls()) {
        CallSpec call = placed.call();
        seen.merge(call.operation(), 1, Integer::sum);
        seen.merge(call.type(), 1, Integer::sum);
        seen.merge(call.fold(), 1, Integer::sum);
        seen.merge("scalar on device " + call.layout().scalarOnDevice(), 1, Integer::sum);
        seen.merge(call.inputs(), 1, Integer::sum);
        seen.merge("in place " + call.layout().isInPlace(0), 1, Integer::sum);
        seen.merge("root " + call.root(), 1, Integer::sum);
        seen.merge("moved " + (call.layout().sendOffset() != 0), 1, Integer::sum);
        seen.merge(
            "bits of count " + Long.numberOfTrailingZeros(Long.highestOneBit(call.count())),
            1,
            Integer::sum);
      }
    }
    List<Operation> operations =
        List.of(Operation.ALL_REDUCE, Operation.REDUCE_SCATTER, Operation.REDUCE);
    assertThat(seen).containsKeys(operations.toArray());
    assertThat(seen).containsKeys((Object[]) DataType.values());
    assertThat(seen).containsKeys(FloatCases.FOLDS.toArray());
    assertThat(seen).containsKeys(InputKind.ARBITRARY.toArray());
    for (int i = 0; i < WorldSplit.of(4).size(); i++) {
      assertThat(seen).containsKey("communicator " + i);
    }
    assertThat(seen)
        .containsKeys(
            "scalar on device true", "in place true", "in place false", "moved true", "moved false")
        .containsKeys("root 0", "root 1", "root 2", "root 3");
    for (int bits = 0; bits <= 20; bits++) {
      assertThat(seen).containsKey("bits of count " + bits);
    }
    assertThat(seen.values()).allMatch(times -> times >= 4);
    int groups = SEEDS - seen.getOrDefault("calls 1", 0);
    assertThat(groups).isBetween(SEEDS / 5, SEEDS / 3);
  }

  @Test
  void aSeed_isTheSameCaseAgain() {
    assertThat(cases(3)).isEqualTo(cases(3));
  }

  @Test
  void casesAreLegal_andFitIntoMemory() {
    for (int ranks = 1; ranks <= 8; ranks++) {
      for (Program each : cases(ranks)) {
        assertThat(FloatCases.legal(each)).isEqualTo(each);
        for (int rank = 0; rank < ranks; rank++) {
          MemoryPlan plan = MemoryPlan.of(each, rank);
          assertThat(plan.bytes()).as(each.toString()).isLessThan(64L << 20);
          long end = 0;
          for (int i = 0; i < plan.calls().size(); i++) {
            MemoryPlan.Places places = plan.call(i);
            MemoryPlan.Place send = places.send();
            MemoryPlan.Place recv = places.recv();
            if (send != null && recv != null) {
              assertThat(send.at()).isGreaterThan(end);
              assertThat(recv.at()).isGreaterThanOrEqualTo(send.at());
              assertThat(places.end()).isLessThanOrEqualTo(plan.bytes());
              end = places.end();
            }
          }
        }
      }
    }
  }
}
