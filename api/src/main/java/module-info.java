import org.jspecify.annotations.NullMarked;

/** The contract of jccl: collective communication between GPUs, real or simulated. */
@NullMarked
module org.jccl {
  requires static org.jspecify;
}
