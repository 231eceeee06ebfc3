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
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.nccl.ffi.NativeAccess;
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
  private static final long LARGEST_STRUCT = 4096;

  /** Size, magic and version, which every struct of NCCL starts with. */
  private static final long STRUCT_HEADER = 16;

  private static final int SIM_INFO_MAGIC = 0x74685283;
  private static final long SIGNAL_DESCRIPTOR = 16;
  private static final long LONGEST_TEXT = 1 << 16;

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

  int commInitAll(MemorySegment comms, int ndev, MemorySegment devices) {
    int count = Math.max(0, ndev);
    return target().commInitAll(array(comms, 8L * count), ndev, array(devices, 4L * count));
  }

  int commInitRankScalable(
      MemorySegment comm,
      int nranks,
      int rank,
      int idCount,
      MemorySegment ids,
      MemorySegment config) {
    MemorySegment all = array(ids, UniqueId.BYTES * Math.max(0L, idCount));
    return target().commInitRankScalable(comm, nranks, rank, idCount, all, config(config));
  }

  int commShrink(
      long comm,
      MemorySegment excluded,
      int excludedCount,
      MemorySegment newComm,
      MemorySegment config,
      int flags) {
    MemorySegment ranks = array(excluded, 4 * Math.max(0L, excludedCount));
    return target().commShrink(comm, ranks, excludedCount, newComm, config(config), flags);
  }

  int waitSignal(int descriptorCount, MemorySegment descriptors, long comm, long stream) {
    MemorySegment all = array(descriptors, SIGNAL_DESCRIPTOR * Math.max(0L, descriptorCount));
    return target().waitSignal(descriptorCount, all, comm, stream);
  }

  int paramGet(long handle, MemorySegment out, int maxLength, MemorySegment length) {
    return target().paramGet(handle, array(out, Math.max(0, maxLength)), maxLength, length);
  }

  // ---- what pointers lead to, by the words of their prototypes

  /** A configuration, of a communicator or of a call. */
  MemorySegment config(MemorySegment config) {
    return sized(config, ConfigField.MAGIC);
  }

  /** What a simulated group's end writes. */
  MemorySegment simInfo(MemorySegment info) {
    return sized(info, SIM_INFO_MAGIC);
  }

  /** A C string. */
  MemorySegment text(MemorySegment words) {
    return array(words, LONGEST_TEXT);
  }

  private static MemorySegment array(MemorySegment pointer, long bytes) {
    return pointer.address() == 0 ? pointer : NativeAccess.memory(pointer.address(), bytes);
  }

  /** A struct that says its own size, if it carries the mark of having been initialised. */
  private static MemorySegment sized(MemorySegment struct, int magic) {
    if (struct.address() == 0) {
      return MemorySegment.NULL;
    }
    MemorySegment header = NativeAccess.memory(struct.address(), STRUCT_HEADER);
    boolean known = header.get(JAVA_INT_UNALIGNED, ConfigField.MAGIC_OFFSET) == magic;
    long own = known ? header.get(JAVA_LONG_UNALIGNED, ConfigField.SIZE_OFFSET) : STRUCT_HEADER;
    return NativeAccess.memory(struct.address(), Math.clamp(own, STRUCT_HEADER, LARGEST_STRUCT));
  }

  /** A C string that stays where it is while the library is there. */
  private MemorySegment text(String words) {
    return texts.computeIfAbsent(words, arena::allocateFrom);
  }

  /** The same for functions that return nothing. */
  void thrownInVoid(Throwable failure) {
    failures.add(failure);
  }

  /** The same for functions that return text. */
  MemorySegment thrownInText(Throwable failure) {
    failures.add(failure);
    return text(failure.toString());
  }
}
