package org.jccl.testing;

import java.util.concurrent.CompletableFuture;
import org.jccl.Device;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.Work;
import org.jccl.WorkBody;

/** A stream of a {@link FakeDevice}: waits, on synchronize, for its communicator's peers. */
public final class FakeStream implements Stream {
  private final FakeDevice device;
  private final Runnable onSynchronize;
  private boolean closed;

  FakeStream(FakeDevice device, Runnable onSynchronize) {
    this.device = device;
    this.onSynchronize = onSynchronize;
  }

  /** Whether it was closed. */
  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public long handle() {
    return System.identityHashCode(this);
  }

  @Override
  public void synchronize() {
    onSynchronize.run();
  }

  @Override
  public boolean isIdle() {
    return true;
  }

  @Override
  public void waitFor(Event event) {}

  @Override
  public CompletableFuture<Void> completion() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void run(Work work, WorkBody body) {
    throw new UnsupportedOperationException("not faked");
  }

  @Override
  public void beginCapture() {
    throw new UnsupportedOperationException("not faked");
  }

  @Override
  public Graph endCapture() {
    throw new UnsupportedOperationException("not faked");
  }

  @Override
  public boolean isCapturing() {
    return false;
  }

  @Override
  public void close() {
    closed = true;
  }
}
