import org.jspecify.annotations.NullMarked;

/** The simulator: many GPUs inside one JVM, without native code. */
@NullMarked
module org.jccl.sim {
  requires transitive org.jccl;
  requires static jdk.incubator
      .vector; // behind a scalar default: without the flag it is just slower
  requires static org.jspecify;
}
