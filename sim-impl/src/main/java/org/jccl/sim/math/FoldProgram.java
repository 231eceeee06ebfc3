package org.jccl.sim.math;

import java.util.Arrays;

/**
 * How contributions meet when they do so in a tree: steps of a machine that keeps values on a
 * stack. Immutable.
 *
 * <p>Steps name ranks by their place in the cycle of a {@link FoldOrder.Piece}, so one program
 * serves every rotation of it.
 */
public final class FoldProgram {
  /** No program: from left to right along the cycle. */
  public static final FoldProgram LINEAR = new FoldProgram(new int[0], 1);

  /** Puts a place's own contribution, scaled if the plan says so, onto the stack. */
  static final int PUSH = 0;

  /** Folds a place's contribution into the top, as {@code own ∘ top}. */
  static final int FOLD = 1;

  /** Replaces the two topmost values by {@code lower ∘ top}. */
  static final int MERGE = 2;

  /** Replaces the two topmost values by {@code top ∘ lower}. */
  static final int RECEIVE = 3;

  private final int[] steps;
  private final int depth;

  private FoldProgram(int[] steps, int depth) {
    this.steps = steps;
    this.depth = depth;
  }

  /** How many steps it has; 0 for {@link #LINEAR}. */
  int length() {
    return steps.length;
  }

  /** What a step does. */
  int operation(int step) {
    return steps[step] & 3;
  }

  /** Whose contribution a step adds, as a place in the cycle. */
  int place(int step) {
    return steps[step] >>> 2;
  }

  /** How many values the stack holds at most. */
  int depth() {
    return depth;
  }

  /** Writes a program, step by step. */
  public static final class Builder {
    private int[] steps;
    private int size;
    private int level;
    private int depth;

    /** A builder of a program over {@code ranks} ranks. */
    public Builder(int ranks) {
      this.steps = new int[2 * ranks];
    }

    /** Starts a new value with the contribution of {@code place}. */
    public Builder push(int place) {
      level++;
      depth = Math.max(depth, level);
      return add(PUSH, place);
    }

    /** {@code own ∘ value}; a scaled contribution is added in one rounding where the plan fuses. */
    public Builder fold(int place) {
      return add(FOLD, place);
    }

    /** The newest value joins the one before as its right operand: {@code before ∘ newest}. */
    public Builder merge() {
      level--;
      return add(MERGE, 0);
    }

    /** The newest value joins the one before as its left operand: {@code newest ∘ before}. */
    public Builder receive() {
      level--;
      return add(RECEIVE, 0);
    }

    /** The program, which must leave one value. */
    public FoldProgram build() {
      if (level != 1) {
        throw new IllegalStateException("the program leaves " + level + " values, expected one");
      }
      return new FoldProgram(Arrays.copyOf(steps, size), depth);
    }

    private Builder add(int operation, int place) {
      if (size == steps.length) {
        steps = Arrays.copyOf(steps, 2 * size);
      }
      steps[size++] = place << 2 | operation;
      return this;
    }
  }
}
