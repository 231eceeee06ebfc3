package org.jccl.nccl.cuda;

import java.util.List;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.nccl.cuda.CudaWork.HostBody;
import org.jccl.spi.LeakWatch;

/** A captured graph, made ready to be launched. NCCL's own part in it lives as long (LIF-06). */
final class CudaGraph implements Graph {
  private final CudaDevice device;
  private final CUgraphExec executable;
  private final int size;

  /** What of the program's own it runs. */
  private final List<HostBody> bodies;

  private final LeakWatch leak;
  private boolean closed;

  private CudaGraph(CudaDevice device, CUgraphExec executable, int size, List<HostBody> bodies) {
    this.device = device;
    this.executable = executable;
    this.size = size;
    this.bodies = bodies;
    int index = device.index();
    this.leak = LeakWatch.of(this, device, () -> "a graph of device " + index);
  }

  /** Takes over {@code graph} and its bodies; the device is current. */
  static CudaGraph instantiate(CudaDevice device, CUgraph graph, List<HostBody> bodies) {
    try {
      long[] nodes = {0};
      Cuda.checkDriver(JCudaDriver.cuGraphGetNodes(graph, null, nodes), "cuGraphGetNodes");
      CUgraphExec executable = new CUgraphExec();
      Cuda.checkDriver(JCudaDriver.cuGraphInstantiate(executable, graph, 0), "cuGraphInstantiate");
      CudaGraph made = new CudaGraph(device, executable, Math.toIntExact(nodes[0]), bodies);
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
    device.throwFailure();
    bodies.forEach(HostBody::launches);
    Cuda.checkDriver(JCudaDriver.cuGraphLaunch(executable, target.driver()), "cuGraphLaunch");
    bodies.forEach(body -> body.launched(target.driver()));
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      device.forget(this);
      leak.closed();
      device.makeCurrent();
      Cuda.checkDriver(JCudaDriver.cuGraphExecDestroy(executable), "cuGraphExecDestroy");
      bodies.forEach(HostBody::release);
    }
  }
}
