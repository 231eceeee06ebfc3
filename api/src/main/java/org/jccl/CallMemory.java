package org.jccl;

import java.util.Locale;

/**
 * What a communicator knows of the memory of a call's buffers on this rank; of two buffers the one
 * that it knows less of counts.
 */
public enum CallMemory {
  /** Nothing: memory like any other. */
  PLAIN,
  /** {@link Communicator#register} was told of it, or it lies in a window without that promise. */
  REGISTERED,
  /**
   * It lies in a symmetric window: memory of {@link Communicator#allocate} where windows were
   * chosen, or of {@link Communicator#registerWindow} with {@link WindowFlag#COLLECTIVE_SYMMETRIC}.
   */
  WINDOWS;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** {@return its name in recordings and events: {@code windows}} */
  public String label() {
    return label;
  }
}
