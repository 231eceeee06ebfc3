package org.jccl.benchmarks.house;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The circles of a graph: its strongly connected parts of more than one node (Tarjan). */
final class Circles {
  private final Map<String, Set<String>> arrows;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Map<String, Integer> lowest = new HashMap<>();
  private final Deque<String> path = new ArrayDeque<>();
  private final List<Set<String>> found = new ArrayList<>();

  private Circles(Map<String, Set<String>> arrows) {
    this.arrows = arrows;
  }

  /** All circles of a graph, each as its nodes. */
  static List<Set<String>> of(Map<String, Set<String>> arrows) {
    Circles circles = new Circles(arrows);
    for (String node : new TreeSet<>(arrows.keySet())) {
      if (!circles.numbers.containsKey(node)) {
        circles.visit(node);
      }
    }
    return circles.found;
  }

  private void visit(String node) {
    numbers.put(node, numbers.size());
    lowest.put(node, numbers.get(node));
    path.push(node);
    for (String next : arrows.getOrDefault(node, Set.of())) {
      if (!numbers.containsKey(next)) {
        visit(next);
        lowest.merge(node, lowest.get(next), Math::min);
      } else if (path.contains(next)) {
        lowest.merge(node, numbers.get(next), Math::min);
      }
    }
    if (lowest.get(node).equals(numbers.get(node))) {
      Set<String> circle = new TreeSet<>();
      do {
        circle.add(path.peek());
      } while (!path.pop().equals(node));
      if (circle.size() > 1) {
        found.add(circle);
      }
    }
  }
}
