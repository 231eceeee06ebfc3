package org.jccl.conformance.rules;

import java.util.List;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.conformance.data.ElementArithmetic;
import org.jccl.conformance.data.Fold;

/** What can be repeated, and what no order can change (rules DET and NAN-06). */
class DeterminismRules extends NumericsSuite {
  @Example
  @Needs(environment = LL)
  public void required_NAN_06_llShowsNoOrderOfTwoOperands() {
    showsNoOrder();
  }

  @Example
  @Needs(environment = RING)
  public void required_NAN_06_simpleShowsNoOrderOfTwoOperands() {
    showsNoOrder();
  }

  private void showsNoOrder() {
    for (DataType type : types(each -> each.isFloating() && each != DataType.FLOAT64)) {
      long nan = ElementArithmetic.of(type).canonicalNan();
      long odd = type.isFloat8() ? nan : type.encode(Double.POSITIVE_INFINITY) | 1;
      long[][] inputs = {{odd, type.encode(1), 0, odd}, {type.encode(2), odd, odd, nan}};
      for (Fold fold : List.of(Fold.SUM, Fold.PROD, Fold.MIN, Fold.MAX)) {
        FoldedCall call = FoldedCall.ofInputs(type, fold, inputs);
        long[] seen = allReduced(call);
        for (int i = 0; i < seen.length; i++) {
          expect(seen[i], call.folded(new int[] {0, 1}, 0, i, false), type, call + ", " + i);
          expect(seen[i], call.folded(new int[] {1, 0}, 0, i, false), type, call + ", " + i);
        }
      }
    }
  }

  /** Makes the call in place, on memory that starts elsewhere and on another stream. */
  @Example
  public void required_DET_01_equalCallsGiveEqualBits() {
    int n = atMost(4);
    for (DataType type : floats()) {
      FoldedCall call = FoldedCall.of(type, Fold.SUM, n, 20_001);
      long[] once = allReduced(call);
      expect(allReduced(call), once, type, call + " again");
      long[][] inPlace =
          results(
              call,
              (comm, send, recv, op) -> {
                recv.copyFrom(send, comm.defaultStream());
                comm.allReduce(recv, op);
              });
      expect(inPlace[0], once, type, call + " in place");
    }
  }

  @Example
  public void required_DET_02_anAllReduceGivesAllRanksTheSameBits() {
    for (DataType type : floats()) {
      allReduced(FoldedCall.of(type, Fold.SUM, atMost(4), 5000));
    }
  }

  @Example
  public void required_DET_03_anotherCommunicatorChoosesAlike() {
    int n = atMost(4);
    for (int count : new int[] {100, 40_000, 300_000}) {
      FoldedCall call = FoldedCall.of(DataType.FLOAT32, Fold.SUM, n, count);
      long[] here = allReduced(call);
      long[] there =
          results(
              call,
              count,
              rank -> rank.communicator().split(0, rank.rank()),
              (comm, send, recv, op) -> comm.allReduce(send, recv, op))[0];
      expect(there, here, call.type(), call + " elsewhere");
    }
  }

  @Example
  @Needs(environment = NO_MULTICAST + " NCCL_ALGO=allreduce:Tree NCCL_PROTO=LL")
  public void required_DET_04_noOrderChangesMinimaAndIntegers() {
    int n = atMost(4);
    int[] plainOrder = RankOrders.permutations(n).getFirst();
    for (DataType type : types(each -> true)) {
      for (Fold fold : List.of(Fold.MIN, Fold.MAX, Fold.SUM, Fold.PROD, Fold.AVG)) {
        boolean picks = fold == Fold.MIN || fold == Fold.MAX;
        if (picks || !type.isFloating()) {
          FoldedCall call = FoldedCall.of(type, fold, n, 2000);
          long[] seen = allReduced(call);
          for (int i = 0; i < seen.length; i++) {
            expect(seen[i], call.folded(plainOrder, 0, i, false), type, call + ", element " + i);
          }
        }
      }
    }
  }
}
