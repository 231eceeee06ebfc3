package org.jccl.spi;

import org.jccl.ResultCode;

/** What to try after each result code (rule ERR-10). */
final class Advice {
  private static final String NO_KERNEL = "invalid device function";

  private Advice() {}

  /** The same for a creation: there is no communicator that could be aborted. */
  static String ofCreation(ResultCode code) {
    return switch (code) {
      case INVALID_ARGUMENT, INVALID_USAGE ->
          "Nothing was created: correct that, and create it on all ranks with a new unique id.";
      default -> of(code);
    };
  }

  /** The same where the library's own words say more (VER-10). */
  static String of(ResultCode code, String words) {
    return code == ResultCode.UNHANDLED_CUDA_ERROR && words.contains(NO_KERNEL)
        ? "Abort the communicator; this library does not have the kernel that it chose. Since 2.30.3"
            + " that is so for all_reduce AVG in symmetric windows: scale the sum with a"
            + " PreMulSum, or keep these buffers out of windows."
        : of(code);
  }

  static String of(ResultCode code) {
    return switch (code) {
      case SUCCESS, IN_PROGRESS -> "Nothing is wrong.";
      case INVALID_ARGUMENT -> "The call had no effect: correct the argument and go on.";
      case INVALID_USAGE ->
          "Abort the communicator and open a new one; check that all ranks make the same calls.";
      case UNHANDLED_CUDA_ERROR ->
          "Abort the communicator; look for an earlier CUDA error, a freed buffer or stream.";
      case SYSTEM_ERROR ->
          "Abort the communicator; look at memory, file and socket limits of this host.";
      case INTERNAL_ERROR, UNKNOWN ->
          "Abort the communicator; run again with NCCL_DEBUG=WARN and read its log.";
      case REMOTE_ERROR -> "A peer failed or left: abort on all ranks and open a new communicator.";
      case TIMEOUT -> "A peer is late or stuck: abort on all ranks and look at its stack.";
    };
  }
}
