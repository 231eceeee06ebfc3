package org.jccl.observe;

import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;

/** A {@link ResultHash} has found that ranks hold different results of one collective. */
public final class ResultsDifferException extends CollectiveException {
  private static final long serialVersionUID = 1L;

  /** The number of the collective. */
  private final long number;

  private final transient List<Integer> ranks;

  ResultsDifferException(String message, long number, List<Integer> ranks) {
    super(ResultCode.UNKNOWN, message);
    this.number = number;
    this.ranks = List.copyOf(ranks);
  }

  /** {@return the number of the first such collective in its communicator} */
  public long number() {
    return number;
  }

  /** {@return the ranks that differ from most others; all of them if they are divided evenly} */
  public List<Integer> ranks() {
    return ranks;
  }
}
