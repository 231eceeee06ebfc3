package org.jccl.benchmarks.bundle;

/** A bundle cannot be made here; the message says why and what to do, in one sentence. */
public final class BundleException extends Exception {
  private static final long serialVersionUID = 1L;

  BundleException(String message) {
    super(message);
  }
}
