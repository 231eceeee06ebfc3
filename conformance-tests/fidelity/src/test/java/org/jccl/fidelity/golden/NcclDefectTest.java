package org.jccl.fidelity.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.data.InputKind;
import org.jccl.fidelity.golden.RecordedCase.Part;
import org.jccl.ops.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NcclDefectTest {
  private static final int VERSION = 22809;

  private static Part part(String kernel, Operation operation, DataType type, int offset) {
    CallForm form = CallForm.of(operation);
    Layout layout = new Layout(0, false, offset);
    CallSpec call = new CallSpec(form, type, Fold.SUM, 9, 0, layout, InputKind.WIDE, 1);
    RecordedChoice choice = new RecordedChoice(RecordedChoice.SYMMETRIC, kernel, 0, 0);
    return new Part(call, choice, List.of(), true);
  }

  @ParameterizedTest
  @CsvSource({
    "AllReduce_AGxLL_R, ALL_REDUCE, BFLOAT16, 1, 0, '3,7'",
    "AllReduce_AGxLL_R, ALL_REDUCE, FLOAT8_E4M3, 3, 0, '5,6,7'",
    "AllReduce_AGxLL_R, ALL_REDUCE, BFLOAT16, 2, 0, ''",
    "AllReduce_AGxLL_R, ALL_REDUCE, FLOAT32, 1, 0, ''",
    "AllReduce_RSxLD_AGxST, ALL_REDUCE, BFLOAT16, 1, 0, ''",
    "AllGather_LL, ALL_GATHER, BFLOAT16, 1, 0, '3,7'",
    "ReduceScatter_LL, REDUCE_SCATTER, BFLOAT16, 0, 0, ''",
    "ReduceScatter_LL, REDUCE_SCATTER, BFLOAT16, 0, 1, '3,7'",
    "ReduceScatter_LL, REDUCE_SCATTER, FLOAT8_E4M3, 1, 1, '6,7'"
  })
  void theLoadThatLosesBytes_losesTheLastOfEight(
      String kernel, Operation operation, DataType type, int offset, int rank, String elements) {
    LongPredicate spoilt = NcclDefect.spoilt(part(kernel, operation, type, offset), rank, VERSION);
    List<String> found =
        IntStream.range(0, 9)
            .filter(element -> spoilt != null && spoilt.test(element))
            .mapToObj(String::valueOf)
            .toList();
    assertThat(String.join(",", found)).isEqualTo(elements);
  }

  @Test
  void laterVersions_haveMendedIt() {
    Part part = part("AllReduce_AGxLL_R", Operation.ALL_REDUCE, DataType.BFLOAT16, 1);
    assertThat(NcclDefect.spoilt(part, 0, 23003)).isNull();
  }

  @Test
  void onlyElementsThatItSpoils_areExcused() {
    byte[] recorded = {1, 2, 3, 4, 5, 6, 7, 8};
    byte[] got = {1, 2, 3, 4, 5, 6, 7, 9};
    Evidence whole = Evidence.of(MemorySegment.ofArray(recorded), 8);
    assertThat(verdict(whole, got, null)).isEqualTo(ReplayVerdict.DIFFERENT);
    assertThat(verdict(whole, got, element -> element == 7)).isEqualTo(ReplayVerdict.NCCL_DEFECT);
    got[3] = 0;
    assertThat(verdict(whole, got, element -> element == 7)).isEqualTo(ReplayVerdict.DIFFERENT);
    Evidence hash = Evidence.of(whole.hash());
    assertThat(verdict(hash, got, element -> element == 7)).isEqualTo(ReplayVerdict.NCCL_DEFECT);
    assertThat(verdict(hash, got, null)).isEqualTo(ReplayVerdict.DIFFERENT);
  }

  private static ReplayVerdict verdict(
      Evidence recorded, byte[] got, @org.jspecify.annotations.Nullable LongPredicate spoilt) {
    return new EvidenceJudge(DataType.UINT8, "rank 0")
        .except(spoilt)
        .of(recorded, MemorySegment.ofArray(got))
        .verdict();
  }
}
