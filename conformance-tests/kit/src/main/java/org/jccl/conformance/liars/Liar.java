package org.jccl.conformance.liars;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jccl.CheckLevel;

/**
 * A wrong implementation, and the rules that must find it out.
 *
 * @param does what is wrong with it, in a sentence
 * @param fault how it does that
 * @param checks how much the simulator beneath checks by itself
 * @param onlyUnder environment variable without which it is honest; empty if it never is
 * @param ignored environment variables that it does not look at
 * @param caughtBy the ids of the rules that fail, and what their failures must say
 */
public record Liar(
    String does,
    Fault fault,
    CheckLevel checks,
    String onlyUnder,
    Set<String> ignored,
    Map<String, String> caughtBy) {
  /** A liar that no rule is known to catch yet, over a simulator that checks nothing by itself. */
  static Liar liar(String does, Fault fault) {
    return new Liar(does, fault, CheckLevel.NONE, "", Set.of(), Map.of());
  }

  /** The rule must fail, for a reason that contains {@code phrase}. */
  Liar breaks(String rule, String phrase) {
    Map<String, String> all = new LinkedHashMap<>(caughtBy);
    all.put(rule, phrase);
    return new Liar(does, fault, checks, onlyUnder, ignored, all);
  }

  /** Over a simulator that checks by itself as users have it. */
  Liar checked() {
    return new Liar(does, fault, CheckLevel.DEFAULT, onlyUnder, ignored, caughtBy);
  }

  /** Only where the environment variable is set. */
  Liar under(String variable) {
    return new Liar(does, fault, checks, variable, ignored, caughtBy);
  }

  /** Without a look at these environment variables. */
  Liar ignoring(String... variables) {
    return new Liar(does, fault, checks, onlyUnder, Set.of(variables), caughtBy);
  }

  /** A name for reports. */
  public String label() {
    return "liar(" + does + ")";
  }
}
