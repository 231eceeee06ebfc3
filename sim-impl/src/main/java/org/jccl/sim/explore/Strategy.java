package org.jccl.sim.explore;

import java.util.function.BiFunction;

/** Which schedules a search runs, and in which order. */
public final class Strategy {
  private final String name;
  private final boolean covers;
  private final BiFunction<Long, WorldKinds, Search> search;

  private Strategy(String name, boolean covers, BiFunction<Long, WorldKinds, Search> search) {
    this.name = name;
    this.covers = covers;
    this.search = search;
  }

  /** {@return one schedule: first come, first served} */
  public static Strategy fifo() {
    return new Strategy("fifo", true, (seed, worlds) -> new SystematicSearch(0, worlds));
  }

  /** {@return every candidate equally likely at each decision} */
  public static Strategy random() {
    return new Strategy(
        "random",
        false,
        (seed, worlds) -> new SamplingSearch((number, length) -> Guides.random(seed, number)));
  }

  /**
   * {@return probabilistic concurrency testing: finds a bug of that depth with a probability that
   * has a lower bound}
   *
   * @param depth how many orders have to be right for the bug to show, at least 1
   */
  public static Strategy pct(int depth) {
    requirePositive(depth);
    return new Strategy(
        "pct(" + depth + ")",
        false,
        (seed, worlds) ->
            new SamplingSearch((number, length) -> Guides.pct(seed, number, depth, length)));
  }

  /** {@return partial order sampling: candidates that conflict draw lots again and again} */
  public static Strategy pos() {
    return new Strategy(
        "pos",
        false,
        (seed, worlds) -> new SamplingSearch((number, length) -> Guides.pos(seed, number)));
  }

  /**
   * {@return all schedules that depart from first come, first served by few delays: at each
   * decision, to pass over a candidate is one}
   *
   * @param delays the most delays in one schedule, at least 1
   */
  public static Strategy delayBounded(int delays) {
    requirePositive(delays);
    return new Strategy(
        "delays(" + delays + ")", true, (seed, worlds) -> new SystematicSearch(delays, worlds));
  }

  /**
   * {@return all schedules that differ: of those that order conflicting steps in the same way, one}
   */
  public static Strategy exhaustive() {
    return new Strategy("exhaustive", true, (seed, worlds) -> new ReducedSearch(worlds));
  }

  /** {@return all schedules, without reduction: to check {@link #exhaustive()}} */
  public static Strategy bruteForce() {
    return new Strategy(
        "brute-force", true, (seed, worlds) -> new SystematicSearch(Integer.MAX_VALUE, worlds));
  }

  /**
   * {@return the strategy of that name}
   *
   * @param text a name as {@link #toString} gives it
   * @throws IllegalArgumentException if there is none
   */
  public static Strategy parse(String text) {
    String word = text.strip();
    int open = word.indexOf('(');
    String head = open < 0 ? word : word.substring(0, open);
    try {
      int number =
          open < 0 || !word.endsWith(")")
              ? 3
              : Integer.parseInt(word.substring(open + 1, word.length() - 1));
      return switch (head) {
        case "fifo" -> fifo();
        case "random" -> random();
        case "pct" -> pct(number);
        case "pos" -> pos();
        case "delays" -> delayBounded(number);
        case "exhaustive" -> exhaustive();
        case "brute-force" -> bruteForce();
        default -> throw unknown(text);
      };
    } catch (NumberFormatException noNumber) {
      throw unknown(text);
    }
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(
        "no strategy is called '"
            + text
            + "': use exhaustive, fifo, random, pct(3), pos, delays(2) or brute-force");
  }

  private static void requirePositive(int value) {
    if (value < 1) {
      throw new IllegalArgumentException("expected at least 1, not " + value);
    }
  }

  /** {@return whether it comes to an end by itself, where a program has few schedules} */
  public boolean covers() {
    return covers;
  }

  Search search(long seed, WorldKinds worlds) {
    return search.apply(seed, worlds);
  }

  @Override
  public String toString() {
    return name;
  }
}
