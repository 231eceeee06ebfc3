package org.jccl.testing;

import org.jccl.Backend;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Stream;

/** A device of a {@link FakeBackend}, with {@link FakeMemory}. */
public final class FakeDevice implements Device {
  private final FakeBackend backend;
  private final int index;
  private final FakeMemory memory = new FakeMemory();
  private final FakeStream defaultStream = new FakeStream(this, () -> {});

  FakeDevice(FakeBackend backend, int index) {
    this.backend = backend;
    this.index = index;
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public DeviceBuffer allocateRegistrable(DataType type, long count) {
    return backend.allocateRegistrable(this, type, count);
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public String name() {
    return "fake device";
  }

  @Override
  public String identity() {
    return "FAKE-" + index;
  }

  @Override
  public Stream newStream() {
    return new FakeStream(this, () -> {});
  }

  @Override
  public Stream defaultStream() {
    return defaultStream;
  }

  @Override
  public Event newEvent() {
    throw new UnsupportedOperationException("not faked");
  }

  @Override
  public void synchronize() {}

  @Override
  public void makeCurrent() {}

  @Override
  public FakeMemory memory() {
    return memory;
  }

  @Override
  public void close() {}
}
