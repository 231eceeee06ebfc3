import org.jccl.nccl.NcclProvider;
import org.jccl.BackendProvider;
import org.jspecify.annotations.NullMarked;

/** NCCL through the Foreign Function and Memory API; CUDA through JCuda. */
@NullMarked
module org.jccl.nccl {
  requires transitive org.jccl;
  requires jcuda; // an automatic module: JCuda's jar carries no module name
  requires static org.jspecify;

  exports org.jccl.nccl;
  exports org.jccl.nccl.cuda;
  exports org.jccl.nccl.ffi to
      org.jccl.benchmarks,
      org.jccl.conformance;

  provides BackendProvider with
      NcclProvider;
}
