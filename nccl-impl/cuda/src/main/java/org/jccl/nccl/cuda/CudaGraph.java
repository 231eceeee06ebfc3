package org.jccl.nccl.cuda;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;
import org.jccl.Graph;
import org.jccl.Stream;

/** A captured graph, made ready to be launched. NCCL's own part in it lives as long (LIF-06). */
final class CudaGraph implements Graph {
  private final CudaDevice device;
  private final CUgraphExec executable;
  private final int size;
  private boolean closed;

  private CudaGraph(CudaDevice device, CUgraphExec executable, int size) {
    this.device = device;
    this.executable = executable;
    this.size = size;
  }

  /** Takes over {@code graph}; the device is current. */
  static CudaGraph instantiate(CudaDevice device, CUgraph graph) {
    try {
      long[] nodes = {0};
      Cuda.checkDriver(JCudaDriver.cuGraphGetNodes(graph, null, nodes), "cuGraphGetNodes");
      CUgraphExec executable = new CUgraphExec();
      Cuda.checkDriver(JCudaDriver.cuGraphInstantiate(executable, graph, 0), "cuGraphInstantiate");
      CudaGraph made = new CudaGraph(device, executable, Math.toIntExact(nodes[0]));
      device.register(made);
      return made;
    } finally {
      Cuda.checkDriver(JCudaDriver.cuGraphDestroy(graph), "cuGraphDestroy");
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public synchronized void launch(Stream stream) {
    if (closed) {
      throw new IllegalStateException("graph is closed");
    }
    CudaStream target = CudaStream.of(stream);
    if (target.isCapturing()) {
      throw new IllegalStateException(
          "a graph cannot be launched on a stream that is being captured: " + target + " (STR-31)");
    }
    device.makeCurrent();
    Cuda.checkDriver(JCudaDriver.cuGraphLaunch(executable, target.driver()), "cuGraphLaunch");
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      device.forget(this);
      device.makeCurrent();
      Cuda.checkDriver(JCudaDriver.cuGraphExecDestroy(executable), "cuGraphExecDestroy");
    }
  }
}
