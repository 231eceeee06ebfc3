import org.jspecify.annotations.NullMarked;

/** The simulator: many GPUs inside one JVM, without native code. */
@NullMarked
module org.jccl.sim {
  requires transitive org.jccl;
  // Optional: behind a scalar default, so that a JVM without it is slower and no more.
  requires static jdk.incubator.vector;
  requires static org.jspecify;
}
