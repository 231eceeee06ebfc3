import org.jccl.conformance.run.RuleSuites;
import org.jccl.fidelity.differential.DifferentialSuites;
import org.jspecify.annotations.NullMarked;

/** Compares the simulator with NCCL: whole programs, reductions of any numbers, recordings. */
@NullMarked
module org.jccl.fidelity {
  requires com.fasterxml.jackson.jr.ob;
  requires java.management;
  requires transitive org.jccl;
  requires transitive org.jccl.conformance;
  requires transitive org.jccl.sim;
  requires static org.jspecify;

  exports org.jccl.fidelity.differential;
  exports org.jccl.fidelity.floats;
  exports org.jccl.fidelity.golden;
  exports org.jccl.fidelity.seeds;

  // jqwik finds and calls the rules by reflection.
  opens org.jccl.fidelity.differential;

  provides RuleSuites with
      DifferentialSuites;
}
