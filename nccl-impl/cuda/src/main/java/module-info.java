import org.jccl.BackendProvider;
import org.jccl.nccl.cuda.NcclProvider;
import org.jspecify.annotations.NullMarked;

/** The NCCL backend on GPUs; CUDA through JCuda. */
@NullMarked
module org.jccl.nccl.cuda {
  requires transitive org.jccl;
  requires transitive org.jccl.nccl;
  requires jcuda; // an automatic module: JCuda's jar carries no module name
  requires static org.jspecify;

  exports org.jccl.nccl.cuda;

  provides BackendProvider with
      NcclProvider;
}
