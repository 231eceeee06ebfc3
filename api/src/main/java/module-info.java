import org.jspecify.annotations.NullMarked;

/** The contract of jccl: collective communication between GPUs, real or simulated. */
@NullMarked
module org.jccl {
  requires static org.jspecify;

  exports org.jccl;
  exports org.jccl.config;
  exports org.jccl.ops;
  exports org.jccl.process;
  exports org.jccl.spi;

  uses org.jccl.BackendProvider;
}
