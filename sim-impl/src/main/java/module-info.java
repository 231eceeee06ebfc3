import org.jspecify.annotations.NullMarked;

/** The simulator: many GPUs inside one JVM, without native code. */
@NullMarked
module org.jccl.sim {
  requires transitive org.jccl;
  // Processor time of threads: a busy machine makes no rank late.
  requires java.management;
  // Where it is there, reports name who holds a monitor.
  requires static jdk.management;
  // Behind a scalar default: without the flag it is just slower.
  requires static jdk.incubator.vector;
  requires static org.jspecify;

  exports org.jccl.sim;
  exports org.jccl.sim.explore;
  exports org.jccl.sim.faults;
  exports org.jccl.sim.machine;
  exports org.jccl.sim.rehearsal;
  exports org.jccl.sim.algo to
      org.jccl.conformance,
      org.jccl.benchmarks;
  exports org.jccl.sim.cost to
      org.jccl.conformance,
      org.jccl.benchmarks;
  exports org.jccl.sim.math to
      org.jccl.conformance,
      org.jccl.benchmarks;

  provides org.jccl.BackendProvider with
      org.jccl.sim.SimProvider;
}
