package org.jccl.nccl.ffi;

/** NCCL's version codes in words (rule VER-01). */
public final class NcclVersion {
  /** The oldest release that jccl works with, 2.19.1. */
  public static final int OLDEST = 21901;

  /** The first release with all-to-all, gather and scatter of its own (rule VER-05). */
  public static final int NATIVE_ALL_TO_ALL = 22803;

  /** The first release whose configuration carries a communicator's name. */
  public static final int COMM_NAME = 22703;

  private NcclVersion() {}

  /** {@code 22809} as {@code 2.28.9}; up to 2.8 the code had one digit less. */
  public static String text(int code) {
    int major = code < 10_000 ? code / 1_000 : code / 10_000;
    int rest = code < 10_000 ? code % 1_000 : code % 10_000;
    return major + "." + rest / 100 + "." + rest % 100;
  }
}
