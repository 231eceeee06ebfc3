package org.jccl;

/**
 * NCCL's result codes, {@code ncclResult_t} (rule VER-02).
 *
 * @see <a href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/api/types.html">NCCL's
 *     guide: types</a>
 */
public enum ResultCode {
  /** 0: no error. */
  SUCCESS,
  /** 1: a CUDA call failed. */
  UNHANDLED_CUDA_ERROR,
  /** 2: a system call failed. */
  SYSTEM_ERROR,
  /** 3: an internal check of the library failed. */
  INTERNAL_ERROR,
  /** 4: a wrong argument; the call had no effect (rule ERR-10). */
  INVALID_ARGUMENT,
  /** 5: the call was wrong here; the communicator must be aborted (rule ERR-10). */
  INVALID_USAGE,
  /** 6: a peer failed or went away. */
  REMOTE_ERROR,
  /** 7: a non-blocking call goes on. */
  IN_PROGRESS,
  /** 8: timed out; since 2.30.3. */
  TIMEOUT,
  /** Any code that this version of jccl does not know. */
  UNKNOWN;

  private static final ResultCode[] BY_CODE = values();

  /**
   * {@return the result with NCCL's {@code code}; {@link #UNKNOWN} for codes of the future}
   *
   * @param code NCCL's code
   */
  public static ResultCode of(int code) {
    return code >= 0 && code < UNKNOWN.ordinal() ? BY_CODE[code] : UNKNOWN;
  }

  /** {@return NCCL's number; -1 for {@link #UNKNOWN}} */
  public int code() {
    return this == UNKNOWN ? -1 : ordinal();
  }
}
