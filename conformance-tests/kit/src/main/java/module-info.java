import org.jccl.conformance.harness.BackendSubjects;
import org.jccl.conformance.harness.SubjectProvider;
import org.jccl.conformance.loopback.LoopbackSubjects;
import org.jccl.conformance.run.BookSuites;
import org.jccl.conformance.run.RuleSuites;
import org.jspecify.annotations.NullMarked;

/** The rule book as executable properties, for jccl's backends and for anyone else's. */
@NullMarked
module org.jccl.conformance {
  requires java.management;
  requires transitive org.jccl;
  requires transitive org.jccl.nccl;
  requires transitive org.jccl.sim;
  requires transitive net.jqwik.api;
  requires transitive org.assertj.core;
  requires transitive org.junit.jupiter.api;
  requires transitive org.junit.jupiter.params;
  requires org.junit.platform.launcher;
  requires static org.jspecify;

  exports org.jccl.conformance.book;
  exports org.jccl.conformance.cases;
  exports org.jccl.conformance.data;
  exports org.jccl.conformance.engine;
  exports org.jccl.conformance.harness;
  exports org.jccl.conformance.liars;
  exports org.jccl.conformance.loopback;
  exports org.jccl.conformance.misuse;
  exports org.jccl.conformance.misuse.matrix;
  exports org.jccl.conformance.planted;
  exports org.jccl.conformance.rules;
  exports org.jccl.conformance.run;

  // jqwik finds and calls the rules by reflection.
  opens org.jccl.conformance.misuse;
  opens org.jccl.conformance.rules;
  opens org.jccl.conformance.run;

  uses RuleSuites;
  uses SubjectProvider;

  provides RuleSuites with
      BookSuites;
  provides SubjectProvider with
      BackendSubjects,
      LoopbackSubjects;
}
