package org.jccl.fidelity.golden;

/**
 * How a call was carried out.
 *
 * @param algorithm as NCCL prints it: {@code RING}; {@code SYM} for symmetric kernels
 * @param protocol as NCCL prints it: {@code LL128}; a symmetric kernel's name
 * @param firstChannel of those that were used
 * @param lastChannel of those that were used
 */
public record RecordedChoice(String algorithm, String protocol, int firstChannel, int lastChannel) {
  /** What stands for the algorithm where a symmetric kernel was used. */
  public static final String SYMMETRIC = "SYM";

  @Override
  public String toString() {
    return algorithm + "/" + protocol + " channels " + firstChannel + ".." + lastChannel;
  }
}
