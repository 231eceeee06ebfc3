package org.jccl.nccl.cuda;

import jcuda.runtime.JCuda;
import jcuda.runtime.cudaError;
import jcuda.runtime.cudaEvent_t;
import org.jccl.Device;
import org.jccl.Event;
import org.jccl.Stream;
import org.jccl.spi.LeakWatch;

/** A CUDA event that keeps time. */
final class CudaEvent implements Event {
  private final CudaDevice device;
  private final cudaEvent_t event = new cudaEvent_t();
  private volatile boolean recorded;
  private volatile boolean captured;
  private final LeakWatch leak;
  private boolean closed;

  /** The device is current. */
  CudaEvent(CudaDevice device) {
    this.device = device;
    Cuda.check(JCuda.cudaEventCreate(event), "cudaEventCreate");
    int index = device.index();
    this.leak = LeakWatch.of(this, device, () -> "an event of device " + index);
  }

  static CudaEvent of(Event event) {
    if (event instanceof CudaEvent cuda) {
      return cuda;
    }
    throw new IllegalArgumentException(
        "a CUDA event is needed, got one of " + event.device().backend().name());
  }

  cudaEvent_t raw() {
    return event;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public void record(Stream stream) {
    cudaEvent_t marker = event;
    CudaStream marked = CudaStream.of(stream);
    device.makeCurrent();
    boolean inCapture = marked.isCapturing();
    Cuda.check(JCuda.cudaEventRecord(marker, marked.raw()), "cudaEventRecord");
    captured = inCapture;
    recorded = true;
  }

  /** Rule STR-25: asking CUDA would spoil the capture. */
  private void requireNotCaptured(String what) {
    if (captured) {
      throw new IllegalStateException(
          "an event that was recorded under capture cannot be "
              + what
              + ": it stands for no work that runs; record it again behind the launch of the graph"
              + " (STR-25)");
    }
  }

  @Override
  public void synchronize() {
    requireNotCaptured("waited for");
    if (recorded) {
      device.makeCurrent();
      Cuda.await(
          () -> JCuda.cudaEventSynchronize(event),
          () -> JCuda.cudaEventQuery(event),
          "cudaEventSynchronize");
      device.throwFailure();
    }
  }

  @Override
  public boolean isReached() {
    requireNotCaptured("asked");
    if (!recorded) {
      return true;
    }
    device.makeCurrent();
    return Cuda.reached(JCuda.cudaEventQuery(event), "cudaEventQuery");
  }

  @Override
  public double microsSince(Event earlier) {
    CudaEvent start = of(earlier);
    if (!recorded || !start.recorded) {
      throw new IllegalStateException("both events must have been recorded");
    }
    requireNotCaptured("measured from");
    start.requireNotCaptured("measured from");
    device.makeCurrent();
    float[] millis = {0};
    int code = JCuda.cudaEventElapsedTime(millis, start.event, event);
    if (code == cudaError.cudaErrorNotReady) {
      throw new IllegalStateException("both events must have been reached: synchronize the later");
    }
    Cuda.check(code, "cudaEventElapsedTime");
    return millis[0] * 1000.0;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      device.forget(this);
      leak.closed();
      device.makeCurrent();
      Cuda.check(JCuda.cudaEventDestroy(event), "cudaEventDestroy");
    }
  }
}
