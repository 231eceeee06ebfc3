package org.jccl.nccl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jccl.BackendUnavailableException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.Library;
import org.jccl.spi.NcclAbi;

/**
 * Looks whether a library takes and gives what jccl thinks it does: that no answer is larger than
 * its place, and that every type and reduction is the one that its number stands for. One rank is
 * enough: an operation of one rank copies, and a factor shows how the elements are read.
 *
 * <p>What was found is a line each; nothing is thrown.
 */
public final class LibrarySelfTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final byte UNTOUCHED = (byte) 0xA5;
  private static final int GUARD = 64;
  private static final int COUNT = 3;

  /** Bytes of one case in the buffers, its guard included. */
  private static final int PLACE = 64;

  private static final double FACTOR = 2;

  /** The first version with types of eight bits that are floats (TYP-03). */
  private static final int SMALL_FLOATS = 22403;

  private final NcclBackend backend;
  private final List<String> problems = new ArrayList<>();

  /** Nanoseconds of the parts of it, in their order. */
  private final Map<String, Long> parts = new LinkedHashMap<>();

  private long partSince = System.nanoTime();

  /**
   * What came of a whole self-test.
   *
   * @param problems what is wrong with the library, a line each; empty if nothing is
   * @param parts how long its parts took, in their order: most of it is the library's communicator
   */
  public record Outcome(List<String> problems, Map<String, Duration> parts) {
    /**
     * Copies its parts.
     *
     * @param problems what is wrong with the library, a line each; empty if nothing is
     * @param parts how long its parts took, in their order
     */
    public Outcome(List<String> problems, Map<String, Duration> parts) {
      this.problems = List.copyOf(problems);
      this.parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }
  }

  private LibrarySelfTest(NcclBackend backend) {
    this.backend = backend;
  }

  /**
   * {@return what is wrong with the library, a line each; empty if nothing is}
   *
   * @param backend the library with at least one device
   */
  public static List<String> of(NcclBackend backend) {
    return run(backend).problems();
  }

  /**
   * {@return what is wrong with the library, and how long it took to find out}
   *
   * @param backend the library with at least one device
   */
  public static Outcome run(NcclBackend backend) {
    LibrarySelfTest test = new LibrarySelfTest(backend);
    try {
      test.answersStayInTheirPlaces();
      test.partEnds("structs");
      test.operationsOfOneRank();
      test.partEnds("end of it");
    } catch (RuntimeException | LinkageError failure) {
      test.problems.add("it could not go on: " + failure.getMessage());
    }
    Map<String, Duration> times = new LinkedHashMap<>();
    test.parts.forEach((part, nanos) -> times.put(part, Duration.ofNanos(nanos)));
    return new Outcome(test.problems, times);
  }

  private void partEnds(String part) {
    long now = System.nanoTime();
    parts.put(part, now - partSince);
    partSince = now;
  }

  /**
   * Looks at the library before it is used, in a few microseconds and without a communicator; all
   * of {@link #of} if {@code -Djccl.selftest=full} asks for it, nothing with {@code off}.
   *
   * @param backend the library and its devices
   * @throws BackendUnavailableException if something is wrong, saying what
   */
  public static void require(NcclBackend backend) {
    String wanted = System.getProperty("jccl.selftest", "quick");
    if (wanted.equals("off")) {
      return;
    }
    LibrarySelfTest test = new LibrarySelfTest(backend);
    List<String> found = test.problems;
    if (wanted.equals("full")) {
      found = of(backend);
    } else {
      try {
        test.atOnce();
      } catch (CollectiveTimeoutException late) {
        found.add(String.valueOf(late.getMessage()));
      }
    }
    if (!found.isEmpty()) {
      throw new BackendUnavailableException(
          backend.library()
              + " does not behave as this version does: "
              + String.join("; ", found)
              + ". -Djccl.selftest=off takes it all the same");
    }
  }

  /** What needs neither device nor communicator. */
  private void atOnce() {
    NcclAbi abi = backend.binding();
    answer("ncclGetVersion", Integer.BYTES, abi::getVersion);
    List<Integer> withoutText = new CopyOnWriteArrayList<>();
    backend.ask(
        null,
        "ncclGetErrorString",
        Library.ANSWER,
        () -> {
          for (ResultCode code : ResultCode.values()) {
            if (code.code() >= 0 && abi.getErrorString(code.code()).isEmpty()) {
              withoutText.add(code.code());
            }
          }
          return 0;
        });
    withoutText.forEach(code -> problems.add("ncclGetErrorString has no text for " + code));
  }

  // ---- structs

  private interface Answer {
    int in(MemorySegment place);
  }

  private void answersStayInTheirPlaces() {
    NcclAbi abi = backend.binding();
    answer("ncclGetVersion", Integer.BYTES, abi::getVersion);
    answer("ncclGetUniqueId", UniqueId.BYTES, abi::getUniqueId);
  }

  /** A place that is larger than the answer: what lies behind it stays as it is. */
  private void answer(String function, int bytes, Answer call) {
    MemorySegment place = Arena.ofAuto().allocate(bytes + GUARD, Long.BYTES).fill(UNTOUCHED);
    int code =
        backend.ask(
            null, function, CommunicatorConfig.defaults().initLimit(), () -> call.in(place));
    if (code != 0) {
      problems.add(function + " answers " + code);
    } else if (!isUntouched(place.asSlice(bytes))) {
      problems.add(function + " writes more than " + bytes + " bytes");
    } else if (isUntouched(place.asSlice(0, bytes))) {
      problems.add(function + " writes nothing");
    }
  }

  private static boolean isUntouched(MemorySegment memory) {
    return Arrays.equals(memory.toArray(ValueLayout.JAVA_BYTE), untouched((int) memory.byteSize()));
  }

  private static byte[] untouched(int bytes) {
    byte[] all = new byte[bytes];
    Arrays.fill(all, UNTOUCHED);
    return all;
  }

  // ---- operations

  private void operationsOfOneRank() {
    CommunicatorConfig.Builder config =
        CommunicatorConfig.builder()
            .name("jccl-self-test")
            .initTimeout(LIMIT)
            .operationTimeout(LIMIT)
            .closeTimeout(LIMIT);
    if (ConfigField.MAX_CTAS.since() <= backend.ncclVersion()) {
      config.set(ConfigField.MIN_CTAS, 1).set(ConfigField.MAX_CTAS, 1); // the library makes less
    }
    Device device = backend.devices().getFirst();
    device.makeCurrent();
    partEnds("device");
    try (Communicator comm = backend.openAll(List.of(device), config.build()).getFirst()) {
      partEnds("communicator");
      place(comm);
      List<Case> cases = cases(comm);
      long bytes = (long) cases.size() * PLACE;
      try (DeviceBuffer send = device.allocate(DataType.INT8, bytes);
          DeviceBuffer recv = device.allocate(DataType.INT8, bytes)) {
        run(comm, cases, send, recv);
        partEnds(cases.size() + " operations");
      } finally {
        cases.forEach(Case::close);
      }
    }
  }

  private void place(Communicator comm) {
    if (comm.rank() != 0 || comm.worldSize() != 1) {
      problems.add("rank " + comm.rank() + " of " + comm.worldSize() + " where 0 of 1 was created");
    }
    NcclAbi abi = backend.binding();
    long handle = comm.nativeHandle();
    number("ncclCommUserRank", 0, place -> abi.commUserRank(handle, place));
    number("ncclCommCount", 1, place -> abi.commCount(handle, place));
    number("ncclCommGetAsyncError", 0, place -> abi.commGetAsyncError(handle, place));
  }

  private void number(String function, int expected, Answer call) {
    MemorySegment[] kept = new MemorySegment[1];
    answer(
        function,
        Integer.BYTES,
        place -> {
          kept[0] = place;
          return call.in(place);
        });
    int found = kept[0].get(ValueLayout.JAVA_INT, 0);
    if (found != expected) {
      problems.add(function + " says " + found + ", expected " + expected);
    }
  }

  /**
   * One call.
   *
   * @param factor what the result is times the input
   */
  private record Case(DataType type, ReduceOp op, double factor) implements AutoCloseable {
    @Override
    public void close() {
      if (op instanceof PreMulSum sum) {
        sum.close();
      }
    }

    byte[] elements(double by) {
      byte[] bytes = untouched(PLACE);
      for (int i = 0; i < COUNT; i++) {
        long bits = type.encode(by * (i + 1));
        for (int b = 0; b < type.bytes(); b++) {
          bytes[i * type.bytes() + b] = (byte) (bits >> (8 * b));
        }
      }
      return bytes;
    }

    @Override
    public String toString() {
      return "all_reduce of " + type + " by " + (op instanceof PreMulSum ? "a factor" : op);
    }
  }

  private List<Case> cases(Communicator comm) {
    List<Case> cases = new ArrayList<>();
    for (DataType type : DataType.values()) {
      if (isSmallFloat(type) && backend.ncclVersion() < SMALL_FLOATS) {
        continue;
      }
      for (ReduceOp op :
          List.of(ReduceOp.SUM, ReduceOp.PROD, ReduceOp.MAX, ReduceOp.MIN, ReduceOp.AVG)) {
        cases.add(new Case(type, op, 1));
      }
      if (NcclFunction.RED_OP_CREATE_PRE_MUL_SUM.isIn(backend.ncclVersion())) {
        cases.add(new Case(type, comm.preMulSum(type, FACTOR), FACTOR));
      }
    }
    return cases;
  }

  private static boolean isSmallFloat(DataType type) {
    return type == DataType.FLOAT8_E4M3 || type == DataType.FLOAT8_E5M2;
  }

  private void run(Communicator comm, List<Case> cases, DeviceBuffer send, DeviceBuffer recv) {
    byte[] out = new byte[cases.size() * PLACE];
    for (int i = 0; i < cases.size(); i++) {
      System.arraycopy(cases.get(i).elements(1), 0, out, i * PLACE, PLACE);
    }
    send.copyFrom(out);
    recv.copyFrom(untouched(out.length));
    List<Case> refusedOnes = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      Case one = cases.get(i);
      long bytes = (long) COUNT * one.type.bytes();
      try {
        comm.allReduce(
            send.slice((long) i * PLACE, bytes).as(one.type),
            recv.slice((long) i * PLACE, bytes).as(one.type),
            one.op);
      } catch (RuntimeException refused) {
        if (isSmallFloat(one.type)) {
          refusedOnes.add(one); // an older GPU (TYP-03)
        } else {
          problems.add(one + ": " + refused.getMessage());
        }
      }
    }
    comm.defaultStream().synchronize(LIMIT);
    byte[] in = new byte[out.length];
    recv.copyTo(in);
    for (int i = 0; i < cases.size(); i++) {
      Case one = cases.get(i);
      byte[] found = Arrays.copyOfRange(in, i * PLACE, (i + 1) * PLACE);
      if (!refusedOnes.contains(one) && !Arrays.equals(found, one.elements(one.factor))) {
        problems.add(one + " of one rank gives other bytes than it should");
      }
    }
  }
}
