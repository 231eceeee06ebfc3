package org.jccl.conformance.misuse.matrix;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jccl.ops.Operation;

/**
 * An operation as a program writes it, on two lines: ranks that disagree must have lines of their
 * own, so that a report can be asked for both.
 */
enum Form {
  ALL_REDUCE(
      Operation.ALL_REDUCE,
      a -> a.on().allReduce(a.in(), a.out(), a.by(), a.stream()),
      a -> a.on().allReduce(a.in(), a.out(), a.by(), a.stream())),
  BROADCAST(
      Operation.BROADCAST,
      a -> a.on().broadcast(a.in(), a.out(), a.root(), a.stream()),
      a -> a.on().broadcast(a.in(), a.out(), a.root(), a.stream())),
  REDUCE(
      Operation.REDUCE,
      a -> a.on().reduce(a.in(), a.out(), a.by(), a.root(), a.stream()),
      a -> a.on().reduce(a.in(), a.out(), a.by(), a.root(), a.stream())),
  ALL_GATHER(
      Operation.ALL_GATHER,
      a -> a.on().allGather(a.in(), a.out(), a.stream()),
      a -> a.on().allGather(a.in(), a.out(), a.stream())),
  REDUCE_SCATTER(
      Operation.REDUCE_SCATTER,
      a -> a.on().reduceScatter(a.in(), a.out(), a.by(), a.stream()),
      a -> a.on().reduceScatter(a.in(), a.out(), a.by(), a.stream())),
  ALL_TO_ALL(
      Operation.ALL_TO_ALL,
      a -> a.on().allToAll(a.in(), a.out(), a.stream()),
      a -> a.on().allToAll(a.in(), a.out(), a.stream())),
  GATHER(
      Operation.GATHER,
      a -> a.on().gather(a.in(), a.out(), a.root(), a.stream()),
      a -> a.on().gather(a.in(), a.out(), a.root(), a.stream())),
  SCATTER(
      Operation.SCATTER,
      a -> a.on().scatter(a.in(), a.out(), a.root(), a.stream()),
      a -> a.on().scatter(a.in(), a.out(), a.root(), a.stream()));

  /** All. */
  static final List<Form> ALL = List.of(values());

  /** Those that combine elements. */
  static final List<Form> REDUCING = those(Operation.Argument.REDUCTION);

  /** Those with a root. */
  static final List<Form> ROOTED = those(Operation.Argument.ROOT);

  /** Those that only move elements. */
  static final List<Form> MOVING = ALL.stream().filter(form -> !REDUCING.contains(form)).toList();

  /** Those in which every rank needs every other. */
  static final List<Form> MEETING =
      ALL.stream()
          .filter(form -> form.operation.dataFlow() == Operation.DataFlow.ALL_TO_ALL)
          .toList();

  private final Operation operation;
  private final Consumer<Ask> one;
  private final Consumer<Ask> other;

  Form(Operation operation, Consumer<Ask> one, Consumer<Ask> other) {
    this.operation = operation;
    this.one = one;
    this.other = other;
  }

  private static List<Form> those(Operation.Argument argument) {
    return Stream.of(values())
        .filter(form -> form.operation.agreeing().contains(argument))
        .toList();
  }

  Operation operation() {
    return operation;
  }

  /** Makes the call, on one of the two lines. */
  void call(Ask ask, boolean otherLine) {
    (otherLine ? other : one).accept(ask);
  }
}
