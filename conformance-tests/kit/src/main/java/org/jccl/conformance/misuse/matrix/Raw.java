package org.jccl.conformance.misuse.matrix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.conformance.misuse.matrix.Marks.Role;
import org.jccl.ops.Operation;
import org.jccl.spi.NcclAbi;

/** One rank of a raw communicator over the whole world, for what the typed surface excludes. */
final class Raw implements AutoCloseable {
  private final NcclAbi abi;
  private final Arena arena = Arena.ofAuto();
  private final long comm;
  private boolean destroyed;

  /** Opens it; the scene closes it. */
  Raw(Scene s) {
    this.abi = s.abi();
    MemorySegment id = memory(UniqueId.BYTES);
    if (s.rank().rank() == 0) {
      ok(abi.getUniqueId(id));
    }
    id.copyFrom(
        MemorySegment.ofArray(s.rank().processGroup().broadcast(id.toArray(JAVA_BYTE), 0)));
    MemorySegment out = memory(8);
    ok(abi.commInitRank(out, s.rank().worldSize(), id, s.rank().rank()));
    this.comm = out.get(JAVA_LONG, 0);
    s.own(this);
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
    int type = DataType.FLOAT32.code();
    Operation what = form.operation();
    if (s.isOdd()) {
      s.mark(Role.GUILTY);
      ok(abi.issue(what, send, recv, Scene.COUNT, type, 0, s.odd(), comm, stream));
    } else {
      ok(abi.issue(what, send, recv, Scene.COUNT, type, 0, s.odd(), comm, stream));
    }
  }

  /** Destroys it; the scene then no longer does. */
  int destroy() {
    destroyed = true;
    return abi.commDestroy(comm);
  }

  @Override
  public void close() {
    if (!destroyed) {
      ok(destroy());
    }
  }
}
