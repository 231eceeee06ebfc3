package org.jccl.observe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What ranks say of one thing. No rank is taken for right: most of them are. */
final class Votes {
  private final Map<Object, List<Integer>> sides = new LinkedHashMap<>();

  void add(int rank, Object said) {
    sides.computeIfAbsent(said, unknown -> new ArrayList<>()).add(rank);
  }

  boolean areOne() {
    return sides.size() < 2;
  }

  /** The ranks of each side, most ranks first. */
  List<List<Integer>> sides() {
    List<List<Integer>> all = new ArrayList<>(sides.values());
    all.sort((a, b) -> b.size() - a.size());
    return all;
  }

  /** The ranks against most others, ascending; all if they are divided evenly. */
  List<Integer> against() {
    List<List<Integer>> all = sides();
    boolean isDecided = all.size() < 2 || all.get(0).size() > all.get(1).size();
    TreeSet<Integer> found = new TreeSet<>();
    all.stream().skip(isDecided ? 1 : 0).forEach(found::addAll);
    return List.copyOf(found);
  }

  /** {@code rank 1}, {@code ranks 0, 2}. */
  static String ranks(List<Integer> ranks) {
    return (ranks.size() == 1 ? "rank " : "ranks ")
        + ranks.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
