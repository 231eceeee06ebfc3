package org.jccl.conformance.cases;

import java.util.List;

/**
 * What every rank of a world runs: calls one after the other, some of them in groups, on some
 * streams.
 */
public record Program(int worldSize, List<Step> steps) {
  /** Streams a program may use: the communicator's own and two more. */
  public static final int STREAMS = 3;

  /** How the calls of a step are issued. */
  public enum Form {
    /** One by one. */
    ALONE,
    /** As one group. */
    GROUPED,
    /** As one group whose later half is a group inside it (rule GRP-03). */
    NESTED
  }

  /**
   * One call on one stream.
   *
   * @param stream 0 for the communicator's default stream, else one of the program's
   */
  public record Placed(OperationCase call, int stream) {
    @Override
    public String toString() {
      return call + (stream == 0 ? "" : ", stream " + stream);
    }
  }

  /** Calls that are issued together. */
  public record Step(Form form, List<Placed> calls) {
    /** Copies the list. */
    public Step {
      calls = List.copyOf(calls);
    }

    /** One call alone on the default stream. */
    public static Step of(OperationCase call) {
      return new Step(Form.ALONE, List.of(new Placed(call, 0)));
    }

    @Override
    public String toString() {
      return form == Form.ALONE ? calls.toString() : form + calls.toString();
    }
  }

  /** Copies the list. */
  public Program {
    steps = List.copyOf(steps);
  }

  /** A program of one call. */
  public static Program of(OperationCase call) {
    return new Program(call.worldSize(), List.of(Step.of(call)));
  }

  /** All calls, in program order. */
  public List<Placed> calls() {
    return steps.stream().flatMap(step -> step.calls().stream()).toList();
  }
}
