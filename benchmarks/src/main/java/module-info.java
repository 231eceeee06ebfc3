import org.jccl.BackendProvider;
import org.jspecify.annotations.NullMarked;

/** Microbenchmarks, reports and the command line: the one module that sees all the others. */
@NullMarked
module org.jccl.benchmarks {
  requires com.fasterxml.jackson.jr.ob;
  requires info.picocli;
  requires java.management;
  requires jdk.jfr;
  requires jdk.management;
  requires jmh.core;
  requires org.commonmark;
  requires org.commonmark.ext.gfm.tables;
  requires org.jccl;
  requires org.jccl.conformance;
  requires org.jccl.fidelity;
  requires org.jccl.nccl;
  requires org.jccl.nccl.cuda;
  requires org.jccl.sim;
  requires static org.jspecify;

  uses BackendProvider;

  opens org.jccl.benchmarks.cli.option to
      info.picocli;
  opens org.jccl.benchmarks.cli to
      info.picocli;
}
