package org.jccl.process;

import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ResultCode;

/**
 * Why a group cannot go on; the same for every member, now and later.
 *
 * @param code {@link ResultCode#TIMEOUT}, {@link ResultCode#REMOTE_ERROR} for a member that left or
 *     died, {@link ResultCode#INVALID_USAGE} for members that disagree
 */
record GroupFailure(ResultCode code, String text) {
  /**
   * The exception of one member, which names what that member was doing.
   *
   * @param who the member, as messages begin
   */
  CollectiveException exception(String who, ControlCall call) {
    String message = who + call + ": " + text;
    return code == ResultCode.TIMEOUT
        ? new CollectiveTimeoutException(message)
        : new CollectiveException(code, message);
  }
}
