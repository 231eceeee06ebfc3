package org.jccl.sim.algo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** TREE-03 to TREE-05. */
class TreesTest {
  @Property(tries = 400)
  void everyRankIsReachedOnce_hasAtMostThreeChildren(
      @ForAll @IntRange(min = 1, max = 19) int hosts,
      @ForAll @IntRange(min = 1, max = 8) int ranksPerHost,
      @ForAll Trees.Pattern pattern) {
    for (Tree tree : Trees.across(chains(hosts, ranksPerHost), pattern)) {
      assertThat(tree.worldSize()).isEqualTo(hosts * ranksPerHost);
      Set<Integer> seen = new HashSet<>();
      Deque<Integer> open = new ArrayDeque<>(List.of(tree.root()));
      while (!open.isEmpty()) {
        int rank = open.pop();
        assertThat(seen.add(rank)).isTrue();
        assertThat(tree.children(rank)).isLessThanOrEqualTo(3);
        for (int slot = 0; slot < tree.children(rank); slot++) {
          open.push(tree.child(rank, slot));
        }
      }
      assertThat(seen).hasSize(tree.worldSize());
    }
  }

  @Example
  void fourHosts_asTheRuleSays() {
    Tree first = Trees.across(chains(4, 1), Trees.Pattern.TREE).getFirst();
    assertThat(first.root()).isZero();
    assertThat(children(first, 0)).containsExactly(2);
    assertThat(children(first, 2)).containsExactly(1, 3);
    Tree second = Trees.across(chains(4, 1), Trees.Pattern.TREE).getLast();
    assertThat(second.root()).isEqualTo(3);
    assertThat(children(second, 3)).containsExactly(1);
    assertThat(children(second, 1)).containsExactly(2, 0);
  }

  @Example
  void threeHostsOfTwo_attachWhereThePatternSays() {
    Tree tree = Trees.across(chains(3, 2), Trees.Pattern.TREE).getFirst();
    assertThat(children(tree, 0)).containsExactly(1, 4);
    assertThat(children(tree, 4)).containsExactly(5, 2);
    Tree split = Trees.across(chains(3, 2), Trees.Pattern.SPLIT_TREE).getFirst();
    assertThat(children(split, 0)).containsExactly(1);
    assertThat(children(split, 1)).containsExactly(4);
    assertThat(children(split, 5)).containsExactly(2);
    Tree balanced = Trees.across(chains(3, 2), Trees.Pattern.BALANCED_TREE).getFirst();
    assertThat(children(balanced, 0)).containsExactly(1, 4);
    assertThat(children(balanced, 5)).containsExactly(2);
    Tree shifted = Trees.across(chains(3, 2), Trees.Pattern.TREE).getLast();
    assertThat(shifted.root()).isEqualTo(2);
    assertThat(children(shifted, 2)).containsExactly(3, 0);
    assertThat(children(shifted, 0)).containsExactly(1, 4);
  }

  @Example
  void oneHost_isAChain() {
    Tree tree = Trees.across(chains(1, 4), Trees.Pattern.SPLIT_TREE).getLast();
    Shape shape = Shape.of(tree);
    assertThat(shape.cycle()).containsExactly(3, 2, 1, 0);
  }

  private static List<Integer> children(Tree tree, int rank) {
    return IntStream.range(0, tree.children(rank))
        .mapToObj(slot -> tree.child(rank, slot))
        .toList();
  }

  private static List<int[]> chains(int hosts, int ranksPerHost) {
    List<int[]> chains = new ArrayList<>();
    for (int host = 0; host < hosts; host++) {
      int first = host * ranksPerHost;
      chains.add(IntStream.range(first, first + ranksPerHost).toArray());
    }
    return chains;
  }
}
