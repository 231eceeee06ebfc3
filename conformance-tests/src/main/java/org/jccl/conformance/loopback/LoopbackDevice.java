package org.jccl.conformance.loopback;

import java.lang.foreign.MemorySegment;
import org.jccl.Backend;
import org.jccl.Device;
import org.jccl.Event;
import org.jccl.Stream;
import org.jccl.spi.DeviceMemory;

/** A simulated device in the hands of the NCCL backend. */
final class LoopbackDevice implements Device, DeviceMemory {
  private final Backend backend;
  private final Device simulated;
  private final Stream defaultStream;

  LoopbackDevice(Backend backend, Device simulated) {
    this.backend = backend;
    this.simulated = simulated;
    this.defaultStream = new LoopbackStream(this, simulated.defaultStream());
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public int index() {
    return simulated.index();
  }

  @Override
  public String name() {
    return "loopback to " + simulated.name();
  }

  @Override
  public String identity() {
    return "loopback-" + simulated.identity();
  }

  @Override
  public Stream newStream() {
    return new LoopbackStream(this, simulated.newStream());
  }

  @Override
  public Stream defaultStream() {
    return defaultStream;
  }

  @Override
  public Event newEvent() {
    return new LoopbackEvent(this, simulated.newEvent());
  }

  @Override
  public void synchronize() {
    simulated.synchronize();
  }

  @Override
  public void makeCurrent() {
    simulated.makeCurrent();
  }

  @Override
  public DeviceMemory memory() {
    return this;
  }

  @Override
  public void close() {
    simulated.close();
  }

  @Override
  public long allocate(long bytes) {
    return simulated.memory().allocate(bytes);
  }

  @Override
  public void free(long address) {
    simulated.memory().free(address);
  }

  @Override
  public void copyIn(long target, MemorySegment source, Stream stream) {
    simulated.memory().copyIn(target, source, LoopbackStream.simulated(stream));
  }

  @Override
  public void copyOut(MemorySegment target, long source, Stream stream) {
    simulated.memory().copyOut(target, source, LoopbackStream.simulated(stream));
  }

  @Override
  public void copyOutNow(MemorySegment target, long source, Stream stream) {
    simulated.memory().copyOutNow(target, source, LoopbackStream.simulated(stream));
  }

  @Override
  public void copy(long target, long source, long bytes, Stream stream) {
    simulated.memory().copy(target, source, bytes, LoopbackStream.simulated(stream));
  }

  @Override
  public void fill(long target, byte value, long bytes, Stream stream) {
    simulated.memory().fill(target, value, bytes, LoopbackStream.simulated(stream));
  }

  @Override
  public String toString() {
    return "loopback device " + index();
  }
}
