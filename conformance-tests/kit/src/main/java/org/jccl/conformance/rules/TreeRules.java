package org.jccl.conformance.rules;

import java.util.List;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.conformance.data.Fold;
import org.opentest4j.TestAbortedException;

/** In which order trees fold (rules TREE and FMA-03), inside one host and across several. */
class TreeRules extends NumericsSuite {
  private static final String TREE = TREES + " NCCL_MIN_CTAS=1 NCCL_MAX_CTAS=1";

  /** A fold from the far end of some chain. */
  private void isChain(FoldedCall call, boolean fused) {
    explained(
        RankOrders.permutations(call.ranks()),
        allReduced(call),
        (fromLeaf, i) -> call.folded(fromLeaf, 0, i, fused),
        call + " on a chain");
  }

  @Example
  @AlsoShows({"TREE-01", "TREE-02"})
  @Needs(environment = TREE)
  public void optional_TREE_03_insideAHostATreeIsAChain() {
    int n = three();
    for (DataType type : floats()) {
      isChain(FoldedCall.of(type, Fold.SUM, n, 1000), false);
    }
  }

  @Example
  @Needs(environment = TREE)
  public void optional_FMA_03_aTreeFusesWithTheFirstChild() {
    FoldedCall call = FoldedCall.of(DataType.FLOAT32, Fold.SCALED_SUM, three(), 1000);
    isChain(call, true);
  }

  /** The elements of the first channels have the first tree, the others the second. */
  @Example
  @Needs(environment = TREES)
  public void optional_TREE_04_acrossHostsThereAreTwoBinaryTrees() {
    spread(1);
    for (int hosts : new int[] {4, 7}) {
      FoldedCall call = FoldedCall.of(DataType.FLOAT32, Fold.SUM, hosts, 300_007);
      long[] seen = allReduced(call);
      HostTree first = HostTree.first(hosts, 1, 0, 0);
      HostTree second = HostTree.second(hosts, 1, 0, 0);
      int channel = 0;
      for (int i = 0; i < seen.length; i++) {
        if (channel == 0 && first.sum(call, i) != seen[i]) {
          channel = 1;
        }
        long expected = (channel == 0 ? first : second).sum(call, i);
        expect(seen[i], expected, call.type(), call + ", element " + i);
      }
      check(channel == 1, call + ": the second tree is never used");
    }
  }

  /** Two GPUs a host: one of the three ways to attach explains every element. */
  @Example
  @Needs(environment = TREE)
  public void optional_TREE_05_whichGpuOfAHostTalksToOthers() {
    spread(2);
    for (int hosts : new int[] {2, 3, 4}) {
      FoldedCall call = FoldedCall.of(DataType.FLOAT32, Fold.SUM, 2 * hosts, 2001);
      long[] seen = allReduced(call);
      explained(
          List.of(new int[] {0, 0}, new int[] {1, 0}, new int[] {1, 1}),
          seen,
          (gpus, i) -> HostTree.first(hosts, 2, gpus[0], gpus[1]).sum(call, i),
          call + " on " + hosts + " hosts");
    }
  }

  /** This subject with so many GPUs in each host. */
  private void spread(int gpus) {
    about(
        subject()
            .withHostsOf(gpus)
            .orElseThrow(() -> new TestAbortedException("not run: the machine is what it is")));
  }
}
