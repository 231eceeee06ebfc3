package org.jccl.conformance.cases;

import java.util.List;

/** What a program does next, on every rank. */
public sealed interface ProgramStep {
  /** The calls of this step, in the order in which they are made. */
  default List<? extends Invocation> acts() {
    return List.of();
  }

  /** One call. */
  record Alone(Invocation act) implements ProgramStep {
    @Override
    public List<Invocation> acts() {
      return List.of(act);
    }

    @Override
    public String toString() {
      return act.toString();
    }
  }

  /**
   * Calls as one group, which may span communicators.
   *
   * @param nested whether the later half is a group inside the group (rule GRP-03)
   */
  record Group(List<Invocation> acts, boolean nested) implements ProgramStep {
    /** Copies the list. */
    public Group {
      acts = List.copyOf(acts);
    }

    /** Whether a wrong call is in it, so that nothing of it is issued (rule GRP-11). */
    public boolean isPoisoned() {
      return acts.stream().anyMatch(Refused.class::isInstance);
    }
  }

  /** Calls on one stream, captured into a graph and launched some times (rule STR-17). */
  record Captured(List<Placed> calls, int stream, int launches) implements ProgramStep {
    /** Copies the list. */
    public Captured {
      calls = List.copyOf(calls);
    }

    @Override
    public List<Placed> acts() {
      return calls;
    }
  }

  /** Stream {@code to} waits for what stream {@code from} has so far. */
  record Join(int from, int to) implements ProgramStep {}

  /** The host waits for a stream. */
  record Synchronize(int stream) implements ProgramStep {}

  /** A question to the library that has no effect. */
  record Ask(Question question, int communicator) implements ProgramStep {}

  /** What is asked. */
  enum Question {
    /** The number of ranks. */
    SIZE,
    /** The own rank. */
    RANK,
    /** The asynchronous state (ERR-01). */
    STATE,
    /** Raw: the size, of no communicator (ARG-22). Typed: the size. */
    SIZE_OF_NULL,
    /** Raw: the rank, into no output (ARG-22). Typed: the rank. */
    RANK_INTO_NULL,
    /** Raw: a group end without a group (GRP-02). Typed: an empty group (GRP-17). */
    GROUP_END,
    /** Raw: the destruction of a built-in reduction (PMS-08). Typed: the state. */
    DESTROY_BUILT_IN
  }
}
