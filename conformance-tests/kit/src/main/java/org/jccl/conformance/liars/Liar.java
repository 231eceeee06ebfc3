package org.jccl.conformance.liars;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jccl.CheckLevel;
import org.jccl.conformance.harness.Reporting;

/**
 * A wrong implementation, and the rules that must find it out.
 *
 * @param does what is wrong with it, in a sentence
 * @param fault how it does that
 * @param checks how much the simulator beneath checks by itself
 * @param onlyUnder environment variable without which it is honest; empty if it never is
 * @param ignored environment variables that it does not look at
 * @param reporting how it is opened instead of how it was asked to be opened to report misuse
 * @param reachesDevices whether it also lies about devices, streams, events and graphs
 * @param caughtBy the ids of the rules that fail, and what their failures must say
 */
public record Liar(
    String does,
    Lie fault,
    CheckLevel checks,
    String onlyUnder,
    Set<String> ignored,
    UnaryOperator<Reporting> reporting,
    boolean reachesDevices,
    Map<String, String> caughtBy) {
  /** A liar that no rule is known to catch yet, over a simulator that checks nothing by itself. */
  static Liar liar(String does, Lie fault) {
    return new Liar(
        does, fault, CheckLevel.NONE, "", Set.of(), UnaryOperator.identity(), false, Map.of());
  }

  /** The rule must fail, for a reason that contains {@code phrase}. */
  Liar breaks(String rule, String phrase) {
    Map<String, String> all = new LinkedHashMap<>(caughtBy);
    all.put(rule, phrase);
    return new Liar(does, fault, checks, onlyUnder, ignored, reporting, reachesDevices, all);
  }

  /** Over a simulator that checks by itself as users have it. */
  Liar checked() {
    return new Liar(
        does, fault, CheckLevel.DEFAULT, onlyUnder, ignored, reporting, reachesDevices, caughtBy);
  }

  /** Only where the environment variable is set. */
  Liar under(String variable) {
    return new Liar(does, fault, checks, variable, ignored, reporting, reachesDevices, caughtBy);
  }

  /** Opened otherwise than it was asked to be, to report misuse. */
  Liar opened(UnaryOperator<Reporting> otherwise) {
    return new Liar(does, fault, checks, onlyUnder, ignored, otherwise, reachesDevices, caughtBy);
  }

  /** About devices, streams, events and graphs, too. */
  Liar onDevices() {
    return new Liar(does, fault, checks, onlyUnder, ignored, reporting, true, caughtBy);
  }

  /** Without a look at these environment variables. */
  Liar ignoring(String... variables) {
    return new Liar(
        does, fault, checks, onlyUnder, Set.of(variables), reporting, reachesDevices, caughtBy);
  }

  /** A name for reports. */
  public String label() {
    return "liar(" + does + ")";
  }
}
