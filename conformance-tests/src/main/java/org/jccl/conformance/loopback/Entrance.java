package org.jccl.conformance.loopback;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jccl.CollectiveException;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.nccl.ffi.NativeAccess;
import org.jccl.ops.ConfigField;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/**
 * Where calls from C come in. What C calls a pointer becomes a segment of the right size, and what
 * Java throws becomes a result code: an exception that crossed a stub would end the JVM.
 *
 * <p>It holds neither its stubs nor anything that holds them, or they could never be freed.
 */
final class Entrance {
  /** A struct's size is its own word: a wild one must not make us read far. */
  private static final long LARGEST_CONFIG = 4096;

  private static final long CONFIG_HEADER = 16;

  private final int version;
  private final Arena arena = Arena.ofAuto();
  private final Map<String, MemorySegment> texts = new ConcurrentHashMap<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private volatile @Nullable NcclAbi target;
  private volatile String lastWords = "";

  Entrance(NcclAbi target, int version) {
    this.target = target;
    this.version = version;
  }

  /** Leads nowhere from now on: late callers are refused, and the simulator can be collected. */
  void close() {
    target = null;
  }

  /** What calls have thrown so far. */
  List<Throwable> failures() {
    return List.copyOf(failures);
  }

  // ---- called by every stub

  /** Whom the calls are for. */
  NcclAbi target() {
    NcclAbi open = target;
    if (open == null) {
      throw new IllegalStateException("the loopback library is closed");
    }
    return open;
  }

  /** A call came back with {@code code}: keeps the words that go with it (ERR-07). */
  int returned(int code) {
    if (code != 0) {
      lastWords = target().getLastError(0);
    }
    return code;
  }

  /** A call threw: keeps it, and answers as NCCL could. */
  int thrown(Throwable failure) {
    failures.add(failure);
    boolean hasCode =
        failure instanceof CollectiveException && !(failure instanceof ReportedMisuse);
    int code = hasCode ? ((CollectiveException) failure).code().code() : 0;
    lastWords = failure instanceof CollectiveException ? words(failure) : failure.toString();
    return code > 0 ? code : ResultCode.INTERNAL_ERROR.code();
  }

  private static String words(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }

  // ---- functions whose arguments need more than their type says

  int getVersion(MemorySegment out) {
    if (out.address() == 0) {
      return ResultCode.INVALID_ARGUMENT.code();
    }
    out.set(JAVA_INT_UNALIGNED, 0, version);
    return 0;
  }

  MemorySegment getErrorString(int result) {
    return text(target().getErrorString(result));
  }

  /** Of the process, as NCCL's: whose communicator it is makes no difference (ERR-07). */
  MemorySegment getLastError(long comm) {
    return text(lastWords);
  }

  int commInitRankConfig(
      MemorySegment comm, int nranks, MemorySegment id, int rank, MemorySegment config) {
    return target().commInitRankConfig(comm, nranks, id, rank, sized(config));
  }

  int commInitAll(MemorySegment comms, int ndev, MemorySegment devices) {
    int count = Math.max(0, ndev);
    return target().commInitAll(array(comms, 8L * count), ndev, array(devices, 4L * count));
  }

  private static MemorySegment array(MemorySegment pointer, long bytes) {
    return pointer.address() == 0 ? pointer : NativeAccess.memory(pointer.address(), bytes);
  }

  private static MemorySegment sized(MemorySegment config) {
    if (config.address() == 0) {
      return MemorySegment.NULL;
    }
    MemorySegment header = NativeAccess.memory(config.address(), CONFIG_HEADER);
    boolean known = header.get(JAVA_INT_UNALIGNED, ConfigField.MAGIC_OFFSET) == ConfigField.MAGIC;
    long own = known ? header.get(JAVA_LONG_UNALIGNED, ConfigField.SIZE_OFFSET) : CONFIG_HEADER;
    return NativeAccess.memory(config.address(), Math.clamp(own, CONFIG_HEADER, LARGEST_CONFIG));
  }

  /** A C string that stays where it is while the library is there. */
  private MemorySegment text(String words) {
    return texts.computeIfAbsent(words, arena::allocateFrom);
  }

  /** The same for functions that return text. */
  MemorySegment thrownInText(Throwable failure) {
    failures.add(failure);
    return text(failure.toString());
  }
}
