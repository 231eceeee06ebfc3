package org.jccl.benchmarks.cli;

import org.jccl.nccl.ffi.NativeAccess;

/** A program that needs native access. */
final class NativeCaller {
  private NativeCaller() {}

  public static void main(String[] arguments) {
    System.out.println(NativeAccess.whyNot("libnone-of-this-name.so"));
  }
}
