package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.Arrays;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.spi.NcclAbi;

/** Memory from NCCL's allocator, on the raw surface, and windows made of it. */
final class RawMemory implements RawCodes, AutoCloseable {
  static final int SYMMETRIC = 1;

  private final RawRank rank;
  private final long address;
  private final long bytes;

  /** Fresh memory on the rank's device, all bytes zero. */
  RawMemory(RawRank rank, int bytes) {
    this(rank, (long) bytes);
    int count = bytes / Integer.BYTES;
    ints(0, count).copyFrom(new int[count]);
  }

  private RawMemory(RawRank rank, long bytes) {
    this.rank = rank;
    this.bytes = bytes;
    NcclAbi abi = rank.abi();
    rank.slot().set(JAVA_LONG, 0, 0);
    rank.expect("ncclMemAlloc", SUCCESS, () -> abi.memAlloc(rank.slot(), bytes));
    this.address = rank.slot().get(JAVA_LONG, 0);
  }

  /** Fresh memory on the rank's device, whatever it holds. */
  static RawMemory unset(RawRank rank, long bytes) {
    return new RawMemory(rank, bytes);
  }

  long address() {
    return address;
  }

  long bytes() {
    return bytes;
  }

  /** Some of it as ints. */
  DeviceBuffer ints(long offset, int count) {
    return DeviceBuffer.wrap(rank.device(), DataType.INT32, address + offset, count);
  }

  void write(long offset, int... values) {
    ints(offset, values.length).copyFrom(values);
  }

  int[] read(long offset, int count) {
    int[] values = new int[count];
    ints(offset, count).copyTo(values);
    return values;
  }

  /** Notes a problem unless it holds {@code expected} at {@code offset}. */
  void expect(String what, long offset, int... expected) {
    int[] seen = read(offset, expected.length);
    rank.world()
        .check(
            Arrays.equals(seen, expected),
            what + " is " + Arrays.toString(seen) + ", expected " + Arrays.toString(expected));
  }

  /** Makes it this rank's part of a window, together with all ranks; the handle. */
  long window(int flags) {
    NcclAbi abi = rank.abi();
    rank.slot().set(JAVA_LONG, 0, 0);
    rank.expect(
        "ncclCommWindowRegister",
        SUCCESS,
        () -> abi.commWindowRegister(rank.comm(), address, bytes, rank.slot(), flags));
    long window = rank.slot().get(JAVA_LONG, 0);
    rank.world().check(window != 0, "the window is null");
    return window;
  }

  /** Tries to make its first {@code length} bytes a symmetric window, which may be refused. */
  void window(long length, int expected) {
    rank.slot().set(JAVA_LONG, 0, 0);
    NcclAbi abi = rank.abi();
    rank.expect(
        "a window of " + length + " bytes",
        expected,
        () -> abi.commWindowRegister(rank.comm(), address, length, rank.slot(), SYMMETRIC));
    long window = rank.slot().get(JAVA_LONG, 0);
    rank.world().check((window != 0) == (expected == SUCCESS), "the window is " + window);
    if (window != 0) {
      end(window);
    }
  }

  /** Ends this rank's part of a window. */
  void end(long window) {
    rank.expect(
        "ncclCommWindowDeregister",
        SUCCESS,
        () -> rank.abi().commWindowDeregister(rank.comm(), window));
  }

  /** AllReduces two elements in place at {@code offset}; notes a problem if the sums are wrong. */
  void expectSum(String what, long offset, int base) {
    NcclAbi abi = rank.abi();
    write(offset, base + rank.rank(), 7 * base);
    long at = address + offset;
    rank.expect(
        "ncclAllReduce with " + what,
        SUCCESS,
        () -> abi.allReduce(at, at, 2, INT32, SUM, rank.comm(), rank.stream()));
    rank.synchronize();
    int n = rank.worldSize();
    expect("the sum with " + what, offset, n * base + n * (n - 1) / 2, 7 * n * base);
  }

  @Override
  public void close() {
    rank.expect("ncclMemFree", SUCCESS, () -> rank.abi().memFree(address));
  }
}
