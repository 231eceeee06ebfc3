package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import org.jccl.spi.NcclAbi;

/** The parameters that the library tells of, on the raw surface (rule ARG-35). */
final class RawParameterRules extends RawSuite {
  private static MemorySegment text(RawRank rank, String words) {
    MemorySegment memory = rank.allocate(words.length() + 1L);
    memory.setString(0, words);
    return memory;
  }

  @SuppressWarnings("restricted")
  private static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  private static long bind(RawRank rank, String key) {
    rank.succeeds("ncclParamBind " + key, () -> rank.abi().paramBind(rank.slot(), text(rank, key)));
    return rank.slotLong();
  }

  /** The value of a key as text, as the by-key getter tells it. */
  private static String value(RawRank rank, String key) {
    MemorySegment value = rank.allocate(Long.BYTES);
    MemorySegment length = rank.allocate(Integer.BYTES);
    rank.succeeds(
        "ncclParamGetParameter " + key,
        () -> rank.abi().paramGetParameter(text(rank, key), value, length));
    int bytes = length.get(JAVA_INT, 0);
    String words = at(value.get(JAVA_LONG, 0), bytes + 1L).getString(0);
    rank.check(words.length() == bytes, "length " + bytes + " of '" + words + "'");
    return words;
  }

  @Example
  @Needs(environment = "NCCL_DEBUG=warn NCCL_DEBUG_SUBSYS=coll,INIT")
  public void required_ARG_35_anyParameterIsTextByItsKey(RawRank rank) {
    check(rank, "NCCL_DEBUG", "WARN");
    check(rank, "NCCL_DEBUG_SUBSYS", "INIT,COLL");
    check(rank, "NCCL_DEBUG_TIMESTAMP_LEVELS", "WARN");
    check(rank, "NCCL_SET_THREAD_NAME", "FALSE");
  }

  private static void check(RawRank rank, String key, String expected) {
    String seen = value(rank, key);
    rank.check(seen.equals(expected), key + " is '" + seen + "', not " + expected);
  }

  @Example
  public void required_ARG_35_unknownKeys(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment key = text(rank, "NCCL_NO_SUCH_PARAMETER");
    MemorySegment value = rank.allocate(Long.BYTES);
    MemorySegment length = rank.allocate(Integer.BYTES);
    value.set(JAVA_LONG, 0, 77);
    length.set(JAVA_INT, 0, 77);
    rank.refuses("ncclParamBind", () -> abi.paramBind(rank.slot(), key));
    rank.refuses("ncclParamGetParameter", () -> abi.paramGetParameter(key, value, length));
    rank.check(value.get(JAVA_LONG, 0) == 0, "the value is not null");
    rank.check(length.get(JAVA_INT, 0) == 0, "the length is not 0");
  }

  @Example
  @Needs(environment = "NCCL_DEBUG_SUBSYS=COLL,P2P NCCL_DEBUG_TIMESTAMP_LEVELS=^WARN")
  public void required_ARG_35_typedGettersKnowOneType(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment out = rank.allocate(Long.BYTES);
    long subsystems = bind(rank, "NCCL_DEBUG_SUBSYS");
    rank.succeeds("U64", () -> abi.paramGetU64(subsystems, out));
    rank.check(out.get(JAVA_LONG, 0) == 6, "bits " + out.get(JAVA_LONG, 0));
    rank.refuses("U32 of U64", () -> abi.paramGetU32(subsystems, out));
    rank.refuses("I64 of U64", () -> abi.paramGetI64(subsystems, out));
    rank.refuses("text of U64", () -> abi.paramGetStr(subsystems, out));
    long levels = bind(rank, "NCCL_DEBUG_TIMESTAMP_LEVELS");
    rank.succeeds("U32", () -> abi.paramGetU32(levels, out));
    rank.check(out.get(JAVA_INT, 0) == ~4, "bits " + out.get(JAVA_INT, 0));
    List<Integer> others =
        List.of(
            abi.paramGetI8(levels, out),
            abi.paramGetI16(levels, out),
            abi.paramGetI32(levels, out),
            abi.paramGetI64(levels, out),
            abi.paramGetU8(levels, out),
            abi.paramGetU16(levels, out),
            abi.paramGetU64(levels, out));
    rank.check(
        others.stream().allMatch(code -> code == INVALID_ARGUMENT),
        "other types of U32: " + others);
  }

  @Example
  @Needs(environment = "NCCL_DEBUG_FILE=log.%h.%p")
  public void required_ARG_35_textParameters(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment out = rank.allocate(Long.BYTES);
    long file = bind(rank, "NCCL_DEBUG_FILE");
    rank.succeeds("ncclParamGetStr", () -> abi.paramGetStr(file, out));
    String words = at(out.get(JAVA_LONG, 0), 64).getString(0);
    rank.check(words.equals("log.%h.%p"), "'" + words + "'");
    check(rank, "NCCL_DEBUG_FILE", "log.%h.%p");
    rank.refuses("U64 of text", () -> abi.paramGetU64(file, out));
  }

  @Example
  @Needs(environment = "NCCL_DEBUG_SUBSYS=NET")
  public void required_ARG_35_rawBytes(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment out = rank.allocate(16);
    MemorySegment length = rank.allocate(Integer.BYTES);
    long bits = bind(rank, "NCCL_DEBUG_SUBSYS");
    rank.succeeds("ncclParamGet", () -> abi.paramGet(bits, out, 16, length));
    rank.check(length.get(JAVA_INT, 0) == 8, "length " + length.get(JAVA_INT, 0));
    rank.check(out.get(JAVA_LONG, 0) == 16, "bits " + out.get(JAVA_LONG, 0));
    rank.refuses("too little room", () -> abi.paramGet(bits, out, 4, length));
    rank.check(length.get(JAVA_INT, 0) == 0, "the length is not 0");
  }

  @Example
  public void required_ARG_35_nulls(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment none = MemorySegment.NULL;
    MemorySegment key = text(rank, "NCCL_DEBUG");
    MemorySegment out = rank.allocate(Long.BYTES);
    long handle = bind(rank, "NCCL_DEBUG_SUBSYS");
    List<Integer> codes =
        List.of(
            abi.paramBind(none, key),
            abi.paramBind(out, none),
            abi.paramGetU64(0, out),
            abi.paramGetU64(handle, none),
            abi.paramGetStr(0, out),
            abi.paramGetStr(handle, none),
            abi.paramGet(0, out, 8, rank.slot()),
            abi.paramGet(handle, none, 8, rank.slot()),
            abi.paramGetParameter(none, out, rank.slot()),
            abi.paramGetParameter(key, none, rank.slot()),
            abi.paramGetParameter(key, out, none),
            abi.paramGetAllParameterKeys(none, rank.slot()),
            abi.paramGetAllParameterKeys(out, none));
    rank.check(codes.stream().allMatch(code -> code == INVALID_ARGUMENT), "nulls: " + codes);
  }

  @Example
  public void required_ARG_35_allKeys(RawRank rank) {
    MemorySegment table = rank.allocate(Long.BYTES);
    MemorySegment length = rank.allocate(Integer.BYTES);
    rank.succeeds(
        "ncclParamGetAllParameterKeys", () -> rank.abi().paramGetAllParameterKeys(table, length));
    int count = length.get(JAVA_INT, 0);
    MemorySegment keys = at(table.get(JAVA_LONG, 0), (long) count * ADDRESS.byteSize());
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(at(keys.getAtIndex(JAVA_LONG, i), 256).getString(0));
    }
    rank.check(names.contains("NCCL_DEBUG"), "no NCCL_DEBUG among " + names);
    names.forEach(name -> value(rank, name)); // each of them has a value
  }
}
