package org.jccl.conformance.misuse.matrix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jccl.CollectiveException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.ops.Operation;
import org.jccl.spi.ConfigStruct;
import org.jccl.spi.NcclAbi;

/**
 * One rank of a raw communicator over the whole world, for what the typed surface excludes. As a C
 * program does, it cleans up nothing after a failure.
 */
final class Raw implements AutoCloseable {
  static final int FLOAT = DataType.FLOAT32.code();

  private final Scene scene;
  private final NcclAbi abi;
  private final Arena arena = Arena.ofAuto();
  private final long comm;
  private boolean ended;

  /** Opens one over the whole world; the scene closes it. */
  Raw(Scene s) {
    this(s, CommunicatorConfig.defaults());
  }

  Raw(Scene s, CommunicatorConfig config) {
    this.scene = s;
    this.abi = s.abi();
    MemorySegment id = sharedId(s);
    MemorySegment out = memory(8);
    MemorySegment fields = ConfigStruct.write(config, s.rank().backend().ncclVersion(), arena);
    int size = s.rank().worldSize();
    ok(abi.commInitRankConfig(out, size, id, s.rank().rank(), fields));
    this.comm = out.get(JAVA_LONG, 0);
    s.own(this);
  }

  /** A child of all ranks. */
  Raw(Scene s, Raw parent) {
    this.scene = s;
    this.abi = s.abi();
    MemorySegment out = memory(8);
    ok(abi.commSplit(parent.comm, 0, s.me(), out, MemorySegment.NULL));
    this.comm = out.get(JAVA_LONG, 0);
    s.own(this);
  }

  /** A fresh id, the same on all ranks. */
  MemorySegment sharedId(Scene s) {
    MemorySegment id = memory(UniqueId.BYTES);
    if (s.rank().rank() == 0) {
      ok(abi.getUniqueId(id));
    }
    byte[] bytes = s.rank().processGroup().broadcast(id.toArray(JAVA_BYTE), 0);
    return id.copyFrom(MemorySegment.ofArray(bytes));
  }

  NcclAbi abi() {
    return abi;
  }

  long comm() {
    return comm;
  }

  MemorySegment memory(long bytes) {
    return arena.allocate(bytes, 16);
  }

  /** A C program that checks every code, as it should. */
  void ok(int code) {
    if (code != 0) {
      throw new CollectiveException(ResultCode.of(code), "a C function returned " + code);
    }
  }

  /** An operation on floats; the odd rank is its root and makes it on a line of its own. */
  void call(Scene s, Form form, long send, long recv, long stream) {
    Operation what = form.operation();
    int n = Scene.COUNT;
    if (s.isOdd()) {
      ok(s.guilty(abi).issue(what, send, recv, n, FLOAT, 0, s.odd(), comm, stream));
    } else {
      ok(abi.issue(what, send, recv, n, FLOAT, 0, s.odd(), comm, stream));
    }
  }

  /** The operation of the program's way, with memory of its own. */
  void use(Scene s) {
    DeviceBuffer in = s.floats(Scene.COUNT * s.size());
    DeviceBuffer out = s.floats(Scene.COUNT * s.size());
    call(s, Form.ALL.get(s.way()), in.address(), out.address(), s.stream().handle());
  }

  /** The functions; the program destroys the communicator itself. */
  NcclAbi gone() {
    ended = true;
    return abi;
  }

  @Override
  public void close() {
    if (!ended && !scene.hasFailed()) {
      ok(abi.commDestroy(comm));
    }
  }
}
