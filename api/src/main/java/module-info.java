import org.jspecify.annotations.NullMarked;

/** The contract of jccl: collective communication between GPUs, real or simulated. */
@NullMarked
module org.jccl {
  requires static org.jspecify;
  requires static jdk.jfr;
  requires static java.management;

  exports org.jccl;
  exports org.jccl.config;
  exports org.jccl.file;
  exports org.jccl.observe;
  exports org.jccl.ops;
  exports org.jccl.process;
  exports org.jccl.spi;

  uses org.jccl.BackendProvider;
  uses org.jccl.CallListener.Factory;
}
