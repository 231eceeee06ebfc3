package org.jccl.conformance.cases;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jccl.ops.InPlace;
import org.jccl.ops.Operation;

/**
 * What a call does: an operation of the table, with even or uneven blocks; an exchange of messages;
 * a barrier. The list follows from the operation table.
 *
 * @param operation the row whose buffers these are; {@link Operation#SEND} of an exchange, in which
 *     every rank sends to the one some places on and receives from the one as many places back, as
 *     one group, so that it stands for {@link Operation#RECV} as well
 */
public record CallForm(Operation operation, Style style) {
  /** How the row is used. */
  public enum Style {
    /** As NCCL has it, or as a pair of messages. */
    EVEN,
    /** With a length for each rank's block. */
    UNEVEN,
    /** Without any memory. */
    BARRIER
  }

  /** {@code barrier}. */
  public static final CallForm BARRIER = new CallForm(Operation.ALL_REDUCE, Style.BARRIER);

  /** {@code sendRecv}. */
  public static final CallForm SEND_RECV = of(Operation.SEND);

  /** The even forms. */
  public static final List<CallForm> EVEN =
      Arrays.stream(Operation.values())
          .filter(each -> each != Operation.RECV)
          .map(CallForm::of)
          .toList();

  /** All forms. */
  public static final List<CallForm> ALL =
      Stream.of(
              EVEN.stream(),
              EVEN.stream()
                  .map(CallForm::operation)
                  .filter(Operation::hasBlocks)
                  .map(each -> new CallForm(each, Style.UNEVEN)),
              Stream.of(BARRIER))
          .flatMap(forms -> forms)
          .toList();

  /** The even form of a row. */
  public static CallForm of(Operation operation) {
    return new CallForm(operation, Style.EVEN);
  }

  /** Whether it is a pair of messages on every rank. */
  public boolean isExchange() {
    return operation.hasPeer();
  }

  /** Whether blocks have a length for each rank. */
  public boolean isUneven() {
    return style == Style.UNEVEN;
  }

  /** Whether it has no memory. */
  public boolean isBarrier() {
    return style == Style.BARRIER;
  }

  /** Whether it has a root, or a number of places for an exchange. */
  public boolean hasRoot() {
    return operation.hasRoot() || isExchange();
  }

  /** The same in NCCL's own terms: the even form, an all-reduce for a barrier. */
  public CallForm onRawSurface() {
    return of(operation);
  }

  /** Whether elements are combined. */
  public boolean reduces() {
    return operation.reduces() && !isBarrier();
  }

  /** Whether NCCL carries it out as messages (rule P2P-15). */
  public boolean isOfMessages() {
    return operation.isMadeOfMessages();
  }

  /** Whether it has an in-place form. */
  public boolean hasInPlaceForm() {
    boolean messages = isUneven() && isOfMessages();
    return operation.inPlace() != InPlace.NEVER && !isBarrier() && !messages;
  }

  /** Whether a contributor's buffer holds one block a rank. */
  public boolean sendsBlocks() {
    return operation.sendsBlocks();
  }

  /** Whether a receiver's buffer holds one block a rank. */
  public boolean receivesBlocks() {
    return operation.receivesBlocks();
  }

  /** Whether {@code rank} contributes. */
  public boolean sendsAt(int rank, int root) {
    return operation.sendsAt(rank, root);
  }

  /** Whether {@code rank} receives. */
  public boolean receivesAt(int rank, int root) {
    return isExchange() || operation.receivesAt(rank, root);
  }

  /** Elements that a contributor's buffer has in an even form. */
  public long sendElements(long count, int size) {
    return operation.sendElements(count, size);
  }

  /** Elements that a receiver's buffer has in an even form. */
  public long receiveElements(long count, int size) {
    return isExchange() ? count : operation.receiveElements(count, size);
  }

  /**
   * Where block {@code block} of what {@code me} receives comes from, if nothing is combined.
   *
   * @param root the root, or places of an exchange
   */
  public int sourceOf(int block, int me, int root, int size) {
    if (isExchange()) {
      return Math.floorMod(me - root, size);
    }
    return operation.sendSide() == Operation.Side.ROOT ? root : block;
  }

  /** The first element of {@code me}'s block in what each rank sends; 0 if all of it is sent. */
  public long firstSent(int me, long count) {
    return sendsBlocks() ? me * count : 0;
  }

  /** The method of {@link org.jccl.Collectives} and, of even forms, the C function's name. */
  public String method() {
    if (isBarrier()) {
      return "barrier";
    }
    if (isExchange()) {
      return "sendRecv";
    }
    String[] words = operation.label().split("_", -1);
    StringBuilder text = new StringBuilder(words[0]);
    for (int i = 1; i < words.length; i++) {
      text.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
    }
    return text.append(isUneven() ? "V" : "").toString();
  }

  /** The form that is called {@code method}. */
  public static Optional<CallForm> ofMethod(String method) {
    return ALL.stream().filter(form -> form.method().equals(method)).findFirst();
  }

  @Override
  public String toString() {
    return method();
  }
}
