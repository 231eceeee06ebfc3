package org.jccl.fidelity.golden;

import static org.jccl.DataType.BFLOAT16;
import static org.jccl.DataType.FLOAT16;
import static org.jccl.DataType.FLOAT32;
import static org.jccl.DataType.FLOAT64;
import static org.jccl.DataType.FLOAT8_E4M3;
import static org.jccl.DataType.FLOAT8_E5M2;
import static org.jccl.DataType.INT32;
import static org.jccl.DataType.INT64;
import static org.jccl.DataType.INT8;
import static org.jccl.DataType.UINT32;
import static org.jccl.DataType.UINT64;
import static org.jccl.DataType.UINT8;
import static org.jccl.conformance.data.Fold.AVG;
import static org.jccl.conformance.data.Fold.COPY;
import static org.jccl.conformance.data.Fold.MAX;
import static org.jccl.conformance.data.Fold.MIN;
import static org.jccl.conformance.data.Fold.PROD;
import static org.jccl.conformance.data.Fold.SCALED_SUM;
import static org.jccl.conformance.data.Fold.SUM;
import static org.jccl.ops.Operation.ALL_GATHER;
import static org.jccl.ops.Operation.ALL_REDUCE;
import static org.jccl.ops.Operation.BROADCAST;
import static org.jccl.ops.Operation.REDUCE;
import static org.jccl.ops.Operation.REDUCE_SCATTER;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.data.ArbitraryData;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.data.InputKind;
import org.jccl.ops.Operation;

/** The cases that are recorded: sets by name, for a number of ranks and a seed. */
final class CaseSets {
  /** Counts at which the split of a call over channels and chunks changes its shape. */
  private static final long[] MANY = {
    1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 255, 1000, 1023, 1024, 1025, 4095,
    4097, 10007, 32768, 65537, 100003, 262144, 500009, 1048576, 1048583
  };

  private static final long[] FEW = {1, 17, 1000, 4097, 65537};
  private static final List<DataType> FLOATS = List.of(FLOAT32, FLOAT16, BFLOAT16, FLOAT64);
  private static final List<DataType> FLOATS8 = List.of(FLOAT8_E4M3, FLOAT8_E5M2);
  private static final List<DataType> INTEGERS = List.of(INT8, UINT8, INT32, UINT32, INT64, UINT64);

  /** Scalars of PreMulSum: about 0.3, no power of two; 3 for integers. */
  private static final Map<DataType, Long> SCALARS = new EnumMap<>(DataType.class);

  static {
    SCALARS.put(FLOAT32, 0x3E99999AL);
    SCALARS.put(FLOAT16, 0x34CDL);
    SCALARS.put(BFLOAT16, 0x3E9AL);
    SCALARS.put(FLOAT64, 0x3FD3333333333333L);
    SCALARS.put(FLOAT8_E4M3, 0x2AL);
    SCALARS.put(FLOAT8_E5M2, 0x35L);
    SCALARS.put(INT32, 3L);
  }

  private final int ranks;
  private final long seed;
  private final List<CaseCalls> made = new ArrayList<>();
  private MemoryKind memory = MemoryKind.PLAIN;

  private CaseSets(int ranks, long seed) {
    this.ranks = ranks;
    this.seed = seed;
  }

  /** Bits of the scalar that PreMulSum uses, by type. */
  static Map<DataType, Long> scalars() {
    return Map.copyOf(SCALARS);
  }

  /**
   * A set.
   *
   * @param seed of a type's inputs is this and the type's code
   * @param most how many cases at most, evenly chosen; 0 for all
   */
  static List<CaseCalls> of(String name, int ranks, long seed, int most) {
    CaseSets sets = new CaseSets(ranks, seed);
    sets.add(name);
    List<CaseCalls> all = sets.made;
    if (most == 0 || all.size() <= most) {
      return List.copyOf(all);
    }
    List<CaseCalls> some = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      some.add(all.get((int) ((long) i * all.size() / most)));
    }
    return some;
  }

  private void add(String name) {
    switch (name) {
      case "full" -> full();
      case "full_ring" -> {
        full();
        scattered();
        rooted();
      }
      case "mapping" -> mapping(true);
      case "mapping_ar" -> mapping(false);
      case "default" -> unpinned();
      case "pat" -> pat();
      case "moves" -> moves();
      case "groups" -> groups();
      case "registered" -> {
        memory = MemoryKind.REGISTERED;
        special();
      }
      case "windows" -> {
        memory = MemoryKind.WINDOW;
        special();
      }
      case "windowgroups" -> {
        memory = MemoryKind.WINDOW;
        groups();
        narrowGroups();
      }
      case "shifted" -> {
        memory = MemoryKind.WINDOW;
        shifted();
      }
      case "timing", "sim" -> made.clear(); // these have times instead of cases
      default -> throw new IllegalArgumentException("no set of cases is called '" + name + "'");
    }
  }

  private CallSpec call(
      Operation operation, DataType type, Fold op, long count, InputKind kind, int root) {
    return call(operation, type, op, count, kind, root, 0);
  }

  private CallSpec call(
      Operation operation,
      DataType type,
      Fold op,
      long count,
      InputKind kind,
      int root,
      int offset) {
    CallForm form = CallForm.of(operation);
    Layout layout = new Layout(0, false, offset);
    int places = form.isExchange() ? 1 : root; // every rank sends to the next one
    return new CallSpec(form, type, op, count, places, layout, kind, seed + type.code());
  }

  private CallSpec call(Operation operation, DataType type, Fold op, long count) {
    return call(operation, type, op, count, kind(op), 0);
  }

  private static InputKind kind(Fold op) {
    return op == PROD ? InputKind.UNIT : InputKind.WIDE;
  }

  private void together(CallSpec... calls) {
    made.add(new CaseCalls(memory, List.of(calls)));
  }

  private void each(Operation operation, DataType type, Fold op, long... counts) {
    for (long count : counts) {
      together(call(operation, type, op, count));
    }
  }

  private void rooted(DataType type, Fold op, int root, long... counts) {
    for (long count : counts) {
      together(call(REDUCE, type, op, count, kind(op), root));
    }
  }

  private static List<DataType> all(List<DataType> first, List<DataType> then) {
    List<DataType> all = new ArrayList<>(first);
    all.addAll(then);
    return all;
  }

  private void full() {
    List<DataType> types = all(all(FLOATS, INTEGERS), FLOATS8); // the likeliest refused last
    for (DataType type : types) {
      for (Fold op : List.of(SUM, AVG, PROD, MIN, MAX, SCALED_SUM)) {
        if (op != SCALED_SUM || SCALARS.containsKey(type)) {
          each(ALL_REDUCE, type, op, counts(type, op));
        }
      }
    }
    for (DataType type : all(FLOATS, FLOATS8)) {
      long count = ArbitraryData.specialCount(type, ranks);
      for (Fold op : List.of(SUM, PROD, MIN, MAX, AVG)) {
        together(call(ALL_REDUCE, type, op, count, InputKind.SPECIAL, 0));
      }
      for (Fold op : List.of(SUM, AVG, SCALED_SUM, PROD)) {
        together(call(ALL_REDUCE, type, op, 4097, InputKind.TINY, 0));
      }
      together(call(ALL_REDUCE, type, SUM, 4097, InputKind.HUGE, 0));
    }
    for (DataType type : INTEGERS) {
      long count = ArbitraryData.specialCount(type, ranks);
      for (Fold op : List.of(SUM, AVG, MIN, MAX)) {
        together(call(ALL_REDUCE, type, op, count, InputKind.SPECIAL, 0));
      }
    }
    for (int offset : new int[] {1, 3}) {
      for (DataType type : List.of(FLOAT32, BFLOAT16, UINT8)) {
        Fold op = type == UINT8 ? SUM : AVG;
        together(call(ALL_REDUCE, type, op, 10007, InputKind.WIDE, 0, offset));
      }
    }
  }

  private static long[] counts(DataType type, Fold op) {
    boolean large = FLOATS.contains(type);
    if (type == FLOAT32 && (op == SUM || op == SCALED_SUM)) {
      return MANY; // on two ranks PreMulSum alone shows who comes last (RING-02)
    }
    if ((type == FLOAT16 || type == BFLOAT16) && op == SUM) {
      return new long[] {1, 3, 17, 255, 1000, 4097, 32768, 65537, 262144, 1048583};
    }
    if (large && (op == AVG || op == SCALED_SUM)) {
      return new long[] {1, 17, 1000, 4097, 65537, 100003};
    }
    if (List.of(UINT32, UINT64, INT64, FLOAT8_E5M2).contains(type)) {
      return new long[] {1, 1000, 4097};
    }
    return FEW;
  }

  private void scattered() {
    for (DataType type : List.of(FLOAT32, FLOAT16, BFLOAT16, FLOAT64, INT32, UINT8, FLOAT8_E4M3)) {
      for (Fold op : List.of(SUM, AVG, PROD, MAX)) {
        boolean often = type == FLOAT32 || type == BFLOAT16;
        each(REDUCE_SCATTER, type, op, often ? FEW : new long[] {1, 1000, 65537});
      }
    }
    each(REDUCE_SCATTER, FLOAT32, SUM, 3, 255, 1023, 32768, 100003, 262144);
    FLOATS.forEach(type -> each(REDUCE_SCATTER, type, SCALED_SUM, 1000, 65537));
  }

  private void rooted() {
    for (DataType type : List.of(FLOAT32, FLOAT16, BFLOAT16, FLOAT64, INT32, FLOAT8_E4M3)) {
      for (Fold op : List.of(SUM, AVG, MIN)) {
        rooted(type, op, 0, 1, 1000, 65537);
        if (ranks > 1) {
          rooted(type, op, ranks - 1, 1, 1000, 65537);
        }
      }
    }
    for (int root = 0; root < ranks; root++) {
      rooted(FLOAT32, SUM, root, 262144);
      rooted(FLOAT32, SCALED_SUM, root, 10007);
    }
  }

  private void mapping(boolean others) {
    each(ALL_REDUCE, FLOAT32, SUM, MANY);
    each(ALL_REDUCE, BFLOAT16, SUM, 17, 4097, 1048583);
    each(ALL_REDUCE, FLOAT32, SCALED_SUM, MANY);
    each(ALL_REDUCE, BFLOAT16, SCALED_SUM, 17, 4097, 262144);
    each(ALL_REDUCE, FLOAT64, SCALED_SUM, 17, 4097, 262144);
    together(call(ALL_REDUCE, UINT8, SUM, 1048583, InputKind.RAW, 0));
    if (others) {
      for (Fold op : List.of(SUM, SCALED_SUM)) {
        each(REDUCE_SCATTER, FLOAT32, op, 1, 255, 4097, 100003, 262144);
        rooted(FLOAT32, op, ranks - 1, 255, 100003, 1048583);
      }
    }
  }

  private void unpinned() {
    each(ALL_REDUCE, FLOAT32, SUM, MANY);
    each(ALL_REDUCE, FLOAT32, SUM, 4194304);
    each(ALL_REDUCE, FLOAT32, SCALED_SUM, MANY);
    each(ALL_REDUCE, FLOAT32, SCALED_SUM, 4194304);
    each(ALL_REDUCE, BFLOAT16, SUM, 1, 1000, 65537, 1048583);
    each(ALL_REDUCE, FLOAT32, AVG, 1, 1000, 65537, 1048583);
    long[] some = {1, 255, 1024, 4097, 32768, 100003, 262144, 1048576};
    for (Fold op : List.of(SUM, SCALED_SUM)) {
      each(REDUCE_SCATTER, FLOAT32, op, some);
      rooted(FLOAT32, op, 0, some);
    }
  }

  private void pat() {
    for (DataType type : List.of(FLOAT32, BFLOAT16)) {
      for (Fold op : List.of(SUM, MAX)) {
        each(REDUCE_SCATTER, type, op, 1, 255, 4097, 100003, 262144);
      }
    }
  }

  // ---------------------------------------------------------------- beyond the first recordings

  /** Copies, of any bits: NaNs and all must arrive as they are (NAN-05). */
  private void moves() {
    for (CallForm form : CallForm.EVEN) {
      Operation operation = form.operation();
      if (form.reduces()) {
        continue;
      }
      int lastRoot = operation.hasRoot() ? ranks - 1 : 0;
      for (int root = 0; root <= lastRoot; root += Math.max(1, lastRoot)) {
        for (long count : new long[] {1, 17, 1000, 4097, 65537, 1048583}) {
          together(call(operation, FLOAT32, COPY, count, InputKind.RAW, root));
        }
        for (DataType type : List.of(UINT8, BFLOAT16, FLOAT64, INT64, FLOAT8_E5M2)) {
          together(call(operation, type, COPY, 1025, InputKind.RAW, root));
        }
      }
    }
  }

  /** Calls that share the channels of one launch (PART-05). */
  private void groups() {
    for (Fold op : List.of(SUM, SCALED_SUM)) {
      for (long n : new long[] {17, 1000, 65537, 262144}) {
        together(call(ALL_REDUCE, FLOAT32, op, n), call(ALL_REDUCE, FLOAT32, op, n));
        together(call(ALL_REDUCE, FLOAT32, op, n), call(ALL_REDUCE, BFLOAT16, op, n));
        together(call(ALL_REDUCE, FLOAT32, op, n), call(ALL_REDUCE, FLOAT32, MAX, n));
        together(call(ALL_REDUCE, FLOAT32, op, n), call(REDUCE_SCATTER, FLOAT32, op, n));
        together(
            call(ALL_REDUCE, FLOAT32, op, n),
            call(ALL_REDUCE, FLOAT32, op, 3 * n + 1),
            call(ALL_REDUCE, FLOAT32, op, 10 * n + 3));
        together(
            call(REDUCE, FLOAT32, op, n),
            call(ALL_REDUCE, FLOAT32, op, n),
            call(ALL_GATHER, FLOAT32, COPY, n, InputKind.RAW, 0),
            call(BROADCAST, FLOAT32, COPY, n, InputKind.RAW, 0));
      }
      CallSpec[] many = new CallSpec[12];
      for (int i = 0; i < many.length; i++) {
        many[i] = call(ALL_REDUCE, FLOAT32, op, 100 + 331L * i * i);
      }
      together(many);
    }
  }

  /** For registered memory and windows: other kernels may be chosen there, with other orders. */
  private void special() {
    long[] counts = {1, 17, 255, 1000, 1024, 4097, 10007, 65537, 262144, 1048583};
    for (DataType type : List.of(FLOAT32, BFLOAT16, FLOAT16, FLOAT8_E4M3)) {
      each(ALL_REDUCE, type, SUM, counts);
      each(REDUCE_SCATTER, type, SUM, 1, 255, 1024, 4097, 65537, 262144);
      each(ALL_REDUCE, type, AVG, 1000, 65537);
      each(ALL_REDUCE, type, MAX, 1000, 65537);
    }
    each(ALL_REDUCE, FLOAT32, SCALED_SUM, 1000, 65537, 262144);
    each(ALL_REDUCE, FLOAT64, SUM, 1000, 65537);
    each(ALL_REDUCE, INT32, SUM, 1000, 65537);
    rooted(FLOAT32, SUM, 0, 1000, 65537);
    for (long count : new long[] {17, 4097, 262144}) {
      together(call(ALL_GATHER, FLOAT32, COPY, count, InputKind.RAW, 0));
    }
  }

  /** Symmetric kernels take several calls of one kind and type in a launch. */
  private void narrowGroups() {
    for (DataType type : List.of(FLOAT32, BFLOAT16, FLOAT8_E4M3)) {
      for (long n : new long[] {16, 1000, 4096, 65536}) {
        together(call(REDUCE_SCATTER, type, SUM, n), call(REDUCE_SCATTER, type, SUM, 2 * n));
        together(
            call(ALL_REDUCE, type, SUM, n),
            call(REDUCE_SCATTER, type, SUM, n),
            call(ALL_REDUCE, type, SUM, 3 * n));
        together(
            call(ALL_GATHER, type, COPY, n, InputKind.RAW, 0),
            call(ALL_REDUCE, type, SUM, n),
            call(ALL_GATHER, type, COPY, 2 * n, InputKind.RAW, 0));
        together(
            call(ALL_REDUCE, type, SUM, n),
            call(ALL_REDUCE, type, MAX, n),
            call(ALL_REDUCE, type, SUM, 2 * n));
      }
    }
  }

  /**
   * Buffers that begin anywhere in their windows: kernels move 16 bytes at a time where they can.
   */
  private void shifted() {
    for (DataType type : List.of(FLOAT32, BFLOAT16, FLOAT8_E4M3)) {
      for (int offset : new int[] {1, 2, 3, 4, 8}) {
        for (long count : new long[] {1, 256, 1000, 4096, 10007, 65536, 262144}) {
          for (Operation operation : List.of(ALL_REDUCE, REDUCE_SCATTER)) {
            together(call(operation, type, SUM, count, InputKind.WIDE, 0, offset));
          }
        }
        together(call(ALL_GATHER, type, COPY, 4096, InputKind.RAW, 0, offset));
      }
    }
  }
}
