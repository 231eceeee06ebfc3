package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.ADDRESS_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.jccl.sim.abi.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.abi.AbiState.OK;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.jccl.ops.NcclFunction;
import org.jspecify.annotations.Nullable;

/** The parameters of the library behind the C functions (rule ARG-35). */
final class AbiParameters {
  private final AbiState state;
  private final ThreadLocal<MemorySegment> text = ThreadLocal.withInitial(() -> MemorySegment.NULL);
  private final ThreadLocal<MemorySegment> byKey =
      ThreadLocal.withInitial(() -> MemorySegment.NULL);
  private final ThreadLocal<List<MemorySegment>> keys = ThreadLocal.withInitial(List::of);

  AbiParameters(AbiState state) {
    this.state = state;
  }

  private Map<String, String> environment() {
    return state.simulation().environment();
  }

  int bind(MemorySegment handle, MemorySegment key) {
    state.require(NcclFunction.PARAM_BIND);
    Parameter found = AbiState.isNull(handle) ? null : named(key);
    if (found == null) {
      return INVALID_ARGUMENT;
    }
    handle.set(JAVA_LONG_UNALIGNED, 0, found.ordinal() + 1L);
    return OK;
  }

  private static @Nullable Parameter named(MemorySegment key) {
    String words = HostMemory.text(key.address());
    return words == null ? null : Parameter.of(words);
  }

  private static @Nullable Parameter bound(long handle) {
    Parameter[] all = Parameter.values();
    return handle < 1 || handle > all.length ? null : all[(int) handle - 1];
  }

  /** A typed getter: the type must be the stored one; {@code null} for types that none has. */
  int number(NcclFunction function, long handle, Parameter.@Nullable Type type, MemorySegment out) {
    state.require(function);
    Parameter found = bound(handle);
    if (found == null || AbiState.isNull(out) || found.type() != type) {
      return INVALID_ARGUMENT;
    }
    byte[] bytes = found.bytes(environment());
    MemorySegment.copy(bytes, 0, out, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return OK;
  }

  int text(long handle, MemorySegment out) {
    state.require(NcclFunction.PARAM_GET_STR);
    Parameter found = bound(handle);
    if (found == null || AbiState.isNull(out) || found.type() != Parameter.Type.TEXT) {
      return INVALID_ARGUMENT;
    }
    MemorySegment words = Arena.ofAuto().allocateFrom(found.text(environment()));
    text.set(words); // valid until the thread asks again
    out.set(ADDRESS_UNALIGNED, 0, words);
    return OK;
  }

  int raw(long handle, MemorySegment out, int maxLength, MemorySegment length) {
    state.require(NcclFunction.PARAM_GET);
    Parameter found = bound(handle);
    boolean isNull = AbiState.isNull(out) || AbiState.isNull(length);
    if (found == null || isNull || maxLength <= 0) {
      return INVALID_ARGUMENT;
    }
    byte[] bytes = found.bytes(environment());
    if (bytes.length > maxLength) {
      length.set(JAVA_INT_UNALIGNED, 0, 0);
      return INVALID_ARGUMENT;
    }
    MemorySegment.copy(bytes, 0, out, ValueLayout.JAVA_BYTE, 0, bytes.length);
    length.set(JAVA_INT_UNALIGNED, 0, bytes.length);
    return OK;
  }

  int byKey(MemorySegment key, MemorySegment value, MemorySegment length) {
    state.require(NcclFunction.PARAM_GET_PARAMETER);
    if (AbiState.isNull(key) || AbiState.isNull(value) || AbiState.isNull(length)) {
      return INVALID_ARGUMENT;
    }
    Parameter found = named(key);
    if (found == null) {
      value.set(JAVA_LONG_UNALIGNED, 0, 0L);
      length.set(JAVA_INT_UNALIGNED, 0, 0);
      return INVALID_ARGUMENT;
    }
    MemorySegment words = Arena.ofAuto().allocateFrom(found.text(environment()));
    byKey.set(words);
    value.set(ADDRESS_UNALIGNED, 0, words);
    length.set(JAVA_INT_UNALIGNED, 0, (int) words.byteSize() - 1);
    return OK;
  }

  int allKeys(MemorySegment table, MemorySegment length) {
    state.require(NcclFunction.PARAM_GET_ALL_PARAMETER_KEYS);
    if (AbiState.isNull(table) || AbiState.isNull(length)) {
      return INVALID_ARGUMENT;
    }
    List<Parameter> listed = Parameter.listed(environment());
    Arena arena = Arena.ofAuto();
    MemorySegment pointers = arena.allocate(ADDRESS_UNALIGNED, listed.size());
    for (int i = 0; i < listed.size(); i++) {
      pointers.setAtIndex(ADDRESS_UNALIGNED, i, arena.allocateFrom(listed.get(i).name()));
    }
    keys.set(List.of(pointers));
    table.set(ADDRESS_UNALIGNED, 0, pointers);
    length.set(JAVA_INT_UNALIGNED, 0, listed.size());
    return OK;
  }

  /** To standard output, as NCCL does. */
  void dumpAll() {
    state.require(NcclFunction.PARAM_DUMP_ALL);
    StringBuilder all = new StringBuilder("=== ncclParam Registry Dump ===\n");
    for (Parameter each : Parameter.listed(environment())) {
      all.append(each.name()).append(" = ").append(each.text(environment())).append('\n');
    }
    System.out.print(all);
  }
}
