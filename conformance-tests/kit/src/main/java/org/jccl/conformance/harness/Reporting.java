package org.jccl.conformance.harness;

import java.util.function.Consumer;
import org.jccl.CheckLevel;

/**
 * How a subject is opened to report misuse (chapter 11).
 *
 * @param version version code of NCCL that it is or imitates
 * @param devices how many it has
 * @param checks how much it checks
 * @param strict whether what is only fragile is an error
 * @param warnings told the text of each report that is not thrown
 */
public record Reporting(
    int version, int devices, CheckLevel checks, boolean strict, Consumer<String> warnings) {
  /** The same with other checks. */
  public Reporting with(CheckLevel other) {
    return new Reporting(version, devices, other, strict, warnings);
  }

  /** The same, strict or not. */
  public Reporting with(boolean strictly) {
    return new Reporting(version, devices, checks, strictly, warnings);
  }

  /** The same with other ears. */
  public Reporting with(Consumer<String> others) {
    return new Reporting(version, devices, checks, strict, others);
  }
}
