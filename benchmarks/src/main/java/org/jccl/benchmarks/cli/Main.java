package org.jccl.benchmarks.cli;

/** The entry point behind {@code ./jccl}. */
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {}
}
