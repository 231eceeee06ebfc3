package org.jccl;

/** What happens to the parent's work in flight when it is shrunk (rules SHR-05, SPL-11). */
public enum ShrinkMode {
  /** Nothing may be in flight on the parent. */
  DEFAULT(0),
  /** What is in flight on the parent is stopped first; its results are undefined. */
  ABORT(1);

  private final int flag;

  ShrinkMode(int flag) {
    this.flag = flag;
  }

  /** {@return NCCL's flag} */
  public int flag() {
    return flag;
  }
}
