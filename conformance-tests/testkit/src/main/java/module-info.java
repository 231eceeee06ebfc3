import org.jspecify.annotations.NullMarked;

/** JUnit tests of programs that use collectives. */
@NullMarked
module org.jccl.test {
  requires transitive org.jccl;
  requires transitive org.jccl.sim;
  requires transitive org.junit.jupiter.api;
  requires org.junit.platform.commons;
  requires org.opentest4j;
  requires static net.jqwik.api;
  requires static org.assertj.core;
  requires static org.jspecify;

  exports org.jccl.test;
}
