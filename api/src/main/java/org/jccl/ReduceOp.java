package org.jccl;

import java.util.Locale;

/**
 * How the ranks' elements are combined: one of NCCL's five built-in operations, or a {@link
 * PreMulSum} that a communicator made.
 *
 * <p>Every built-in works on every {@link DataType} (rule RED-03). Integers wrap around (RED-04);
 * floating minimum and maximum ignore a NaN when the other operand is a number (RED-06); the
 * average of integers divides the wrapped sum, truncating toward zero (RED-09).
 *
 * @see <a href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/api/types.html">NCCL's
 *     guide: types</a>
 */
public sealed interface ReduceOp permits ReduceOp.Builtin, PreMulSum {
  /** Sum over the ranks. */
  ReduceOp SUM = Builtin.SUM;

  /** Product over the ranks. */
  ReduceOp PROD = Builtin.PROD;

  /** Largest element. */
  ReduceOp MAX = Builtin.MAX;

  /** Smallest element. */
  ReduceOp MIN = Builtin.MIN;

  /** Sum divided by the communicator's world size (rule RED-11). */
  ReduceOp AVG = Builtin.AVG;

  /** {@return NCCL's code: 0 to 4 for built-ins, the handle's value for a {@link PreMulSum}} */
  int code();

  /** {@return a name for messages and tables, in lower case: {@code sum}, {@code premulsum}} */
  String label();

  /** NCCL's built-in operations, in the order of their codes (rule RED-01). */
  enum Builtin implements ReduceOp {
    /** Code 0. */
    SUM,
    /** Code 1. */
    PROD,
    /** Code 2. */
    MAX,
    /** Code 3. */
    MIN,
    /** Code 4. */
    AVG;

    /** How many there are; the codes from here on are those of a {@link PreMulSum}. */
    public static final int COUNT = 5;

    private static final Builtin[] BY_CODE = values();

    private final int code = ordinal();
    private final String label = name().toLowerCase(Locale.ROOT);

    /**
     * {@return whether {@code code} names a built-in operation (rule RED-01)}
     *
     * @param code NCCL's code
     */
    public static boolean isCode(int code) {
      return code >= 0 && code < COUNT;
    }

    /**
     * {@return the operation that NCCL codes as {@code code}}
     *
     * @param code NCCL's code
     * @throws IllegalArgumentException if there is none (rule RED-01)
     */
    public static Builtin ofCode(int code) {
      if (!isCode(code)) {
        throw new IllegalArgumentException("reduction code " + code + " not in 0..4");
      }
      return BY_CODE[code];
    }

    @Override
    public int code() {
      return code;
    }

    @Override
    public String label() {
      return label;
    }
  }
}
