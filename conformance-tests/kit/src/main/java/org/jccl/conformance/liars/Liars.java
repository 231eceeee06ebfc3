package org.jccl.conformance.liars;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All liars, by the chapter of the rule book that they are about. */
public final class Liars {
  private static final int WHOLE_PROGRAMS = 12;

  private Liars() {}

  /** The liars of each chapter, by its number. */
  public static Map<Integer, List<Liar>> byChapter() {
    Map<Integer, List<Liar>> all = new LinkedHashMap<>();
    all.put(1, TypeLiars.all());
    all.put(2, CreationLiars.all());
    all.put(3, LifecycleLiars.all());
    all.put(4, GroupLiars.all());
    all.put(5, MessageLiars.all());
    all.put(6, CollectiveLiars.all());
    all.put(7, StreamLiars.all());
    all.put(8, ArgumentLiars.all());
    all.put(9, MemoryLiars.all());
    all.put(10, EnvironmentLiars.all());
    all.put(11, MisuseLiars.all());
    all.put(WHOLE_PROGRAMS, DifferentialLiars.all());
    all.put(13, NumericsLiars.all());
    return all;
  }

  /** Those that the rules of the book find out, all chapters but 12. */
  public static List<Liar> ofTheBook() {
    return byChapter().entrySet().stream()
        .filter(each -> each.getKey() != WHOLE_PROGRAMS)
        .flatMap(each -> each.getValue().stream())
        .toList();
  }

  /** Those that whole programs find out, chapter 12. */
  public static List<Liar> ofWholePrograms() {
    return DifferentialLiars.all();
  }

  /** All of them. */
  public static List<Liar> all() {
    return byChapter().values().stream().flatMap(List::stream).toList();
  }

  /**
   * The one that does this.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Liar that(String does) {
    return all().stream()
        .filter(liar -> liar.does().equals(does))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no liar does this: " + does));
  }
}
