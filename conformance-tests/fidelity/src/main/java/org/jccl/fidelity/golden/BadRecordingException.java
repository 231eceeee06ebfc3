package org.jccl.fidelity.golden;

import java.io.Serial;

/** A recording that cannot be used; its message is one line that names file, line and field. */
public final class BadRecordingException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  BadRecordingException(String message) {
    super(message.lines().findFirst().orElse(message));
  }
}
