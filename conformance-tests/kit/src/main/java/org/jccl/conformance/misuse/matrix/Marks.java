package org.jccl.conformance.misuse.matrix;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * Who is to be named for a misuse, and where: noted by the program itself as it runs, so that no
 * line number is written by hand. A mark stands on one line with the call that it marks, however
 * the formatter breaks lines: what is long gets a name before.
 */
final class Marks {
  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final Set<String> OWN =
      Set.of(Marks.class.getName(), Scene.class.getName(), Ask.class.getName());

  /** What a rank has to do with a misuse. */
  enum Role {
    /** It must be named, and each of its lines shown. */
    GUILTY,
    /** It must be named, and one of its lines shown. */
    EITHER,
    /** It is on the other side: one of these must be named. */
    SIDE,
    /** It may be named, and its line must be shown. */
    SHOWN,
    /** It waits for the guilty: it may be named. */
    WAITS
  }

  /**
   * A rank, and its line if the report must show it.
   *
   * @param world its number in the world
   * @param member its number in the communicator
   */
  private record Mark(Role role, int world, int member, String line) {}

  private final Collection<Mark> marks = new ConcurrentLinkedQueue<>();

  /** Notes the line that called the caller, if it is a line of a program. */
  void here(Role role, int world, int member) {
    String line =
        WALKER.walk(
            frames ->
                frames
                    .filter(frame -> !OWN.contains(frame.getClassName()))
                    .findFirst()
                    .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
                    .orElseThrow());
    marks.add(new Mark(role, world, member, line));
  }

  /** Notes a rank that makes no call. */
  void absent(Role role, int world, int member) {
    marks.add(new Mark(role, world, member, ""));
  }

  private Set<Integer> ranks(Role role, boolean world) {
    return marks.stream()
        .filter(mark -> mark.role() == role)
        .map(mark -> world ? mark.world() : mark.member())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether those are the ranks to be named, in the world's numbers or the communicator's. */
  boolean areRight(Collection<Integer> named, boolean world) {
    Set<Integer> guilty = new TreeSet<>(ranks(Role.GUILTY, world));
    guilty.addAll(ranks(Role.EITHER, world));
    Set<Integer> side = ranks(Role.SIDE, world);
    Set<Integer> may = new TreeSet<>(guilty);
    may.addAll(side);
    may.addAll(ranks(Role.WAITS, world));
    may.addAll(ranks(Role.SHOWN, world));
    return named.containsAll(guilty)
        && may.containsAll(named)
        && (side.isEmpty() || named.stream().anyMatch(side::contains));
  }

  /** Whether {@code text} shows the lines of both sides. */
  boolean areShown(String text) {
    return lines(Role.GUILTY).values().stream().allMatch(lines -> all(lines, text))
        && lines(Role.SHOWN).values().stream().allMatch(lines -> all(lines, text))
        && lines(Role.EITHER).values().stream().allMatch(lines -> any(lines, text))
        && any(lines(Role.SIDE).values().stream().flatMap(Set::stream).toList(), text);
  }

  /** By rank. */
  private Map<Integer, Set<String>> lines(Role role) {
    return marks.stream()
        .filter(mark -> mark.role() == role && !mark.line().isEmpty())
        .collect(
            Collectors.groupingBy(Mark::world, Collectors.mapping(Mark::line, Collectors.toSet())));
  }

  private static boolean all(Collection<String> lines, String text) {
    return lines.stream().allMatch(line -> text.contains(line + ")"));
  }

  private static boolean any(Collection<String> lines, String text) {
    return lines.isEmpty() || lines.stream().anyMatch(line -> text.contains(line + ")"));
  }

  @Override
  public String toString() {
    return marks.stream()
        .map(mark -> mark.role() + " " + mark.world() + "(" + mark.member() + ") " + mark.line())
        .distinct()
        .sorted()
        .collect(Collectors.joining("; "));
  }
}
