import org.jspecify.annotations.NullMarked;

/** NCCL through the Foreign Function and Memory API, over devices that somebody else provides. */
@NullMarked
module org.jccl.nccl {
  requires transitive org.jccl;
  requires static org.jspecify;

  exports org.jccl.nccl;
  exports org.jccl.nccl.ffi to
      org.jccl.benchmarks,
      org.jccl.conformance,
      org.jccl.nccl.cuda;
}
