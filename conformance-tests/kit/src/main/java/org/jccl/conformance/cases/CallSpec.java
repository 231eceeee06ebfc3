package org.jccl.conformance.cases;

import org.jccl.DataType;
import org.jccl.conformance.data.ExactData;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.data.InputKind;
import org.jccl.ops.Operation;

/**
 * One call that every rank of a communicator makes: all that decides each rank's buffers, what is
 * in them, and what comes out.
 *
 * @param fold how elements are combined; of no meaning if they only move
 * @param count NCCL's count argument; of uneven forms the largest block
 * @param root root, or places of an exchange; modulo the communicator's size
 * @param layout where the buffers lie
 * @param inputs what the inputs are like
 * @param seed of the inputs, and of uneven blocks
 */
public record CallSpec(
    CallForm form,
    DataType type,
    Fold fold,
    long count,
    int root,
    Layout layout,
    InputKind inputs,
    long seed) {
  /** Checks that what reduces has a reduction. */
  public CallSpec {
    if (form.reduces() && !fold.reduces()) {
      throw new IllegalArgumentException(form + " without a reduction");
    }
  }

  /** A call with exact inputs. */
  public static CallSpec exact(
      Operation operation,
      DataType type,
      Fold fold,
      long count,
      int root,
      Layout layout,
      long seed) {
    CallForm form = CallForm.of(operation);
    return new CallSpec(form, type, fold, count, root, layout, InputKind.EXACT, seed);
  }

  /** The row of the operation table. */
  public Operation operation() {
    return form.operation();
  }

  /** The exact data of this call in a communicator of {@code size}. */
  public ExactData data(int size) {
    return ExactData.of(type, form.reduces() ? fold : Fold.COPY, size, seed);
  }

  /** The root, or the places of an exchange, in a communicator of {@code size}. */
  public int rootIn(int size) {
    return Math.floorMod(root, size);
  }

  /** Elements of block {@code j} of an uneven form. */
  public long block(int j) {
    return Math.floorMod(count - 2L * j + seed % 5, count + 1);
  }

  /** Elements that rank {@code from} sends to rank {@code to} in an uneven all-to-all. */
  public long block(int from, int to) {
    return Math.floorMod(count - 2L * from + 3L * to + seed % 5, count + 1);
  }

  /** Bits of element {@code i} that {@code me} must receive of exact data in an even form. */
  public long received(ExactData data, GroupMember me, long i) {
    if (form.reduces()) {
      return data.expected(form.firstSent(me.rank(), count) + i);
    }
    int block = form.receivesBlocks() ? (int) (i / count) : 0;
    long within = form.receivesBlocks() ? i % count : i;
    int source = form.sourceOf(block, me.rank(), rootIn(me.size()), me.size());
    return data.input(source, form.firstSent(me.rank(), count) + within);
  }

  /** The same as another form, with a fold that fits it. */
  public CallSpec with(CallForm other, Fold otherFold) {
    return new CallSpec(other, type, otherFold, count, root, layout, inputs, seed);
  }

  /** The same of another type. */
  public CallSpec withType(DataType other) {
    return new CallSpec(form, other, fold, count, root, layout, inputs, seed);
  }

  /** The same with another fold. */
  public CallSpec withFold(Fold other) {
    return new CallSpec(form, type, other, count, root, layout, inputs, seed);
  }

  /** The same with another count. */
  public CallSpec withCount(long other) {
    return new CallSpec(form, type, fold, other, root, layout, inputs, seed);
  }

  /** The same with another root. */
  public CallSpec withRoot(int other) {
    return new CallSpec(form, type, fold, count, other, layout, inputs, seed);
  }

  /** The same in other places. */
  public CallSpec withLayout(Layout other) {
    return new CallSpec(form, type, fold, count, root, other, inputs, seed);
  }

  /** The same with other inputs. */
  public CallSpec withInputs(InputKind other) {
    return new CallSpec(form, type, fold, count, root, layout, other, seed);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(form.method());
    if (!form.isBarrier()) {
      text.append(' ').append(type);
      text.append(form.reduces() ? " " + fold.label() : "").append(" x").append(count);
    }
    if (form.hasRoot()) {
      text.append(form.isExchange() ? " by " : " root ").append(root);
    }
    text.append(form.isBarrier() ? "" : layout.words(form.hasInPlaceForm()));
    text.append(inputs == InputKind.EXACT ? "" : ", inputs " + inputs.label());
    return text.append(", seed ").append(seed).toString();
  }
}
