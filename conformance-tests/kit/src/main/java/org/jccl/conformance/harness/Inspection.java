package org.jccl.conformance.harness;

import java.util.List;
import org.jccl.ReportedMisuse;
import org.jccl.sim.Alive;
import org.jccl.sim.Simulator;

/** What a simulation can be asked after each rule, see {@link Validator}. */
public interface Inspection {
  /** Every misuse that it has reported so far, in order. */
  List<ReportedMisuse> findings();

  /** What nobody has closed so far. */
  Alive alive();

  /** The ranks that have not ended, a line each. */
  List<String> waiting();

  /** That of a simulator. */
  static Inspection of(Simulator simulator) {
    return new Inspection() {
      @Override
      public List<ReportedMisuse> findings() {
        return simulator.findings();
      }

      @Override
      public Alive alive() {
        return simulator.alive();
      }

      @Override
      public List<String> waiting() {
        return simulator.waiting();
      }
    };
  }
}
