import org.jspecify.annotations.NullMarked;

/** The rule book as executable properties, for these two backends and for anyone else's. */
@NullMarked
module org.jccl.conformance {
  requires com.fasterxml.jackson.jr.ob;
  requires java.management;
  requires transitive org.jccl;
  requires transitive org.jccl.nccl;
  requires org.jccl.sim;
  requires transitive net.jqwik.api;
  requires transitive org.assertj.core;
  requires transitive org.junit.jupiter.api;
  requires transitive org.junit.jupiter.params;
  requires org.junit.platform.launcher;
  requires static org.jspecify;

  exports org.jccl.conformance.book;
  exports org.jccl.conformance.cases;
  exports org.jccl.conformance.data;
  exports org.jccl.conformance.differential;
  exports org.jccl.conformance.floats;
  exports org.jccl.conformance.golden;
  exports org.jccl.conformance.harness;
  exports org.jccl.conformance.liars;
  exports org.jccl.conformance.loopback;
  exports org.jccl.conformance.misuse;
  exports org.jccl.conformance.rules;
  exports org.jccl.conformance.run;

  // jqwik finds and calls the rules by reflection.
  opens org.jccl.conformance.misuse;
  opens org.jccl.conformance.rules;
  opens org.jccl.conformance.run;
}
