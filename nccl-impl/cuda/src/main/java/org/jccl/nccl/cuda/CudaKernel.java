package org.jccl.nccl.cuda;

import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;
import jcuda.runtime.dim3;
import org.jccl.WorkBody;
import org.jccl.WorkMemory;

/**
 * A kernel of the program's own in the place of a body.
 *
 * @param function the kernel
 * @param grid how many blocks
 * @param block how many threads each
 * @param sharedBytes dynamic shared memory of a block
 * @param parameters pointers to the kernel's parameters
 */
record CudaKernel(CUfunction function, dim3 grid, dim3 block, int sharedBytes, Pointer parameters)
    implements WorkBody {
  /** The stream's device is current. */
  void launch(StreamHandle stream) {
    Cuda.checkDriver(
        JCudaDriver.cuLaunchKernel(
            function,
            grid.x,
            grid.y,
            grid.z,
            block.x,
            block.y,
            block.z,
            sharedBytes,
            stream,
            parameters,
            null),
        "cuLaunchKernel");
  }

  @Override
  public void run(WorkMemory memory) {
    throw new IllegalStateException("a CUDA kernel runs on a CUDA stream alone");
  }
}
