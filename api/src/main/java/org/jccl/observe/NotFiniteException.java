package org.jccl.observe;

/**
 * A {@link NanCheck} has found a NaN or an infinity. It is the cause of the {@link
 * org.jccl.WorkFailedException} that the next wait throws.
 */
public final class NotFiniteException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Which element. */
  private final long index;

  /** Whether it stands in the send buffer. */
  private final boolean isInput;

  NotFiniteException(String message, long index, boolean isInput) {
    super(message);
    this.index = index;
    this.isInput = isInput;
  }

  /** {@return the first bad element of the buffer, from 0} */
  public long index() {
    return index;
  }

  /** {@return whether it stands in the send buffer, so that this rank brought it in} */
  public boolean isInput() {
    return isInput;
  }
}
