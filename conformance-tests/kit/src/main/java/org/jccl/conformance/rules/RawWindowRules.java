package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.jccl.conformance.rules.RawMemory.SYMMETRIC;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.spi.NcclAbi;

/** Windows, on the raw surface (rules WIN-01 to WIN-07, ARG-28 to ARG-31). */
final class RawWindowRules extends RawSuite {
  private static final int BYTES = 16 * 4096;

  /** Bytes that no driver rounds up to twice as many. */
  private static final int UNEVEN = 4 << 20;

  private static final int UNEVEN_SINCE = 23003;
  private static final int CHECKED = 22902;

  @Example
  public void required_WIN_01_windowsAreMadeTogetherAtTheEndOfTheGroup(RawRank rank) {
    RawMemory first = rank.own(new RawMemory(rank, BYTES));
    RawMemory second = rank.own(new RawMemory(rank, BYTES));
    MemorySegment windows = rank.allocate(2 * Long.BYTES);
    rank.groupStart();
    registered(rank, first, windows.asSlice(0, Long.BYTES));
    registered(rank, second, windows.asSlice(Long.BYTES, Long.BYTES));
    rank.check(windows.get(JAVA_LONG, 0) == 0, "a window before the group's end");
    rank.groupEnd();
    long one = windows.get(JAVA_LONG, 0);
    long two = windows.get(JAVA_LONG, Long.BYTES);
    rank.check(one != 0 && two != 0 && one != two, "windows " + one + ", " + two);
    first.expectSum("a window", 0, 8);
    first.end(one);
    second.end(two);
  }

  private static void registered(RawRank rank, RawMemory memory, MemorySegment window) {
    rank.succeeds(
        "ncclCommWindowRegister",
        () ->
            rank.abi()
                .commWindowRegister(
                    rank.comm(), memory.address(), memory.bytes(), window, SYMMETRIC));
  }

  @Example
  public void required_WIN_02_plainMemoryMakesNoWindow(RawRank rank) {
    DeviceBuffer plain = rank.own(rank.device().allocate(DataType.INT32, BYTES / 4));
    rank.slot().set(JAVA_LONG, 0, 0);
    rank.expect(
        "a window of plain memory",
        UNHANDLED_CUDA_ERROR,
        () ->
            rank.abi()
                .commWindowRegister(rank.comm(), plain.address(), plain.bytes(), rank.slot(), 0));
    rank.check(rank.slotLong() == 0, "the window is not null");
    RawMemory memory = rank.own(new RawMemory(rank, BYTES));
    memory.expectSum("the communicator after that", 0, 6); // GRP-15
  }

  @Example
  @AlsoShows({"ENV-14"})
  @Needs(upTo = 2, environment = "NCCL_WIN_ENABLE=0")
  public void required_WIN_03_windowsCanBeTurnedOff(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, BYTES));
    rank.slot().set(JAVA_LONG, 0, 0);
    registered(rank, memory, rank.slot());
    long plain = rank.slotLong();
    boolean registers = capabilities().version() < CHECKED;
    rank.check((plain != 0) == registers, "the window is " + plain);
    memory.expectSum("no window", 0, 6);
    memory.end(plain);
  }

  @Example
  @Needs(since = "2.29.2", environment = "NCCL_WIN_ENABLE=0")
  public void required_WIN_03_noWindowsSince2_29(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, BYTES));
    rank.slot().set(JAVA_LONG, 0, 77);
    registered(rank, memory, rank.slot());
    rank.check(rank.slotLong() == 0, "the window is not null");
  }

  @Example
  @Needs(upTo = 4)
  public void required_WIN_04_equalOffsetsInSymmetricWindows(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, BYTES));
    long window = memory.window(SYMMETRIC);
    for (long offset : new long[] {0, 4096, BYTES - 64}) {
      memory.expectSum("offset " + offset + " of a window", offset, 10);
    }
    memory.end(window);
  }

  @Example
  public void required_WIN_05_windowsEndLocallyInAnyOrder(RawRank rank) {
    RawMemory first = rank.own(new RawMemory(rank, BYTES));
    RawMemory second = rank.own(new RawMemory(rank, BYTES));
    long one = first.window(0);
    long two = second.window(0);
    if (rank.rank() == 0) {
      first.end(one); // alone: nothing of the other rank is waited for
      rank.barrier();
      second.end(two);
    } else {
      rank.barrier();
      second.end(two);
      first.end(one);
    }
    first.expectSum("memory after its window", 0, 13);
  }

  @Example
  public void required_WIN_06_windowsOfBlockingCommunicatorsAreThereAtOnce(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, BYTES));
    long window = memory.window(SYMMETRIC); // checks that it is not null
    rank.succeeds("the state", () -> rank.abi().commGetAsyncError(rank.comm(), rank.slot()));
    rank.check(rank.slotInt() == SUCCESS, "state " + rank.slotInt());
    memory.end(window);
  }

  @Example
  @Needs(upTo = 4)
  public void required_WIN_07_exactResultsDoNotDependOnWindows(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, BYTES));
    memory.expectSum("no window", 0, 21);
    long window = memory.window(SYMMETRIC);
    memory.expectSum("a window", 0, 21);
    memory.end(window);
    memory.expectSum("a window that ended", 0, 21);
  }

  @Example
  public void required_WIN_07_allocationsAreEqualBefore2_30() {
    boolean mayDiffer = capabilities().version() >= UNEVEN_SINCE;
    raw(
        rank -> {
          RawMemory memory = rank.own(RawMemory.unset(rank, (long) UNEVEN * (1 + rank.rank())));
          memory.window(memory.bytes(), mayDiffer ? SUCCESS : UNHANDLED_CUDA_ERROR);
        });
  }

  @Example
  public void required_WIN_07_windowsMayDifferInEqualAllocations(RawRank rank) {
    RawMemory memory = rank.own(RawMemory.unset(rank, 2L * UNEVEN));
    memory.window((long) UNEVEN * (1 + rank.rank()), SUCCESS);
  }

  // ---------------------------------------------------------------- arguments

  @Example
  public void required_ARG_28_nothingToRegisterBefore2_29(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, BYTES));
    expectUntouched(rank, 0, BYTES);
    expectUntouched(rank, memory.address(), 0);
  }

  private static void expectUntouched(RawRank rank, long address, long bytes) {
    rank.slot().set(JAVA_LONG, 0, 77);
    rank.succeeds(
        "a window of " + bytes + " bytes at " + address,
        () -> rank.abi().commWindowRegister(rank.comm(), address, bytes, rank.slot(), 0));
    rank.check(rank.slotLong() == 77, "the output was written");
  }

  @Example
  @AlsoShows({"GRP-14"})
  public void required_ARG_29_whatAWindowRegistrationRefuses(RawRank rank) {
    NcclAbi abi = rank.abi();
    RawMemory memory = rank.own(new RawMemory(rank, BYTES));
    long at = memory.address();
    refusedWindow(rank, 0, at, BYTES, INVALID_ARGUMENT, false, "no communicator");
    rank.refuses(
        "no output", () -> abi.commWindowRegister(rank.comm(), at, BYTES, MemorySegment.NULL, 0));
    long comm = rank.comm();
    refusedWindow(rank, comm, 0, BYTES, INVALID_ARGUMENT, true, "no buffer");
    refusedWindow(rank, comm, at, 0, INVALID_ARGUMENT, true, "no bytes");
    refusedWindow(rank, comm, at + 64, 64, INVALID_ARGUMENT, true, "offset 64");
    rank.groupStart();
    refusedWindow(rank, comm, at, 0, INVALID_ARGUMENT, true, "no bytes in a group");
    rank.succeeds("the end, not poisoned", abi::groupEnd);
  }

  private static void refusedWindow(
      RawRank rank, long comm, long at, long bytes, int code, boolean zeroed, String what) {
    rank.slot().set(JAVA_LONG, 0, 77);
    rank.expect(what, code, () -> rank.abi().commWindowRegister(comm, at, bytes, rank.slot(), 0));
    long out = rank.slotLong();
    rank.check(out == (zeroed ? 0 : 77), what + ": the output is " + out);
  }

  @Example
  public void required_GRP_13_aFailingWindowDiscardsItsGroup(RawRank rank) {
    NcclAbi abi = rank.abi();
    DeviceBuffer plain = rank.own(rank.device().allocate(DataType.INT32, BYTES / 4));
    RawMemory memory = rank.own(new RawMemory(rank, BYTES));
    memory.write(0, 4, 5);
    long from = memory.address();
    rank.groupStart();
    rank.succeeds(
        "ncclCommWindowRegister",
        () -> abi.commWindowRegister(rank.comm(), plain.address(), plain.bytes(), rank.slot(), 0));
    exchange(rank, from, from + 64);
    rank.expect("the end", UNHANDLED_CUDA_ERROR, abi::groupEnd);
    rank.synchronize();
    memory.expect("what was not received", 64, 0);
    rank.groupStart();
    exchange(rank, from, from + 64);
    rank.succeeds("the next group", abi::groupEnd);
    rank.synchronize();
    memory.expect("what was received", 64, 4);
  }

  private static void exchange(RawRank rank, long from, long to) {
    NcclAbi abi = rank.abi();
    int type = INT32;
    rank.succeeds("ncclSend", () -> abi.send(from, 1, type, 0, rank.comm(), rank.stream()));
    rank.succeeds("ncclRecv", () -> abi.recv(to, 1, type, 0, rank.comm(), rank.stream()));
  }

  @Example
  public void required_ARG_30_aNullWindowIsNoError(RawRank rank) {
    rank.succeeds("a null window", () -> rank.abi().commWindowDeregister(rank.comm(), 0));
  }

  @Example
  @Needs(since = "2.29.2")
  public void required_ARG_30_whatTheEndOfAWindowRefuses(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.refuses("no communicator", () -> abi.commWindowDeregister(0, 0));
    RawMemory memory = rank.own(new RawMemory(rank, BYTES));
    long window = memory.window(0);
    memory.end(window);
    rank.expect(
        "an unknown window", INTERNAL_ERROR, () -> abi.commWindowDeregister(rank.comm(), 4096));
  }

  @Example
  @Needs(ranks = 2)
  public void required_ARG_31_theAddressOfAWindow(RawRank rank) {
    long comm = rank.comm();
    NcclAbi abi = rank.abi();
    RawMemory memory = rank.own(new RawMemory(rank, BYTES));
    long window = memory.window(SYMMETRIC);
    MemorySegment out = rank.allocate(Long.BYTES);
    rank.refuses("no communicator", () -> abi.winGetUserPtr(0, window, out));
    rank.refuses("no output", () -> abi.winGetUserPtr(comm, window, MemorySegment.NULL));
    rank.refuses("no window", () -> abi.winGetUserPtr(comm, 0, out));
    rank.expect("an unknown window", INTERNAL_ERROR, () -> abi.winGetUserPtr(comm, 4096, out));
    rank.succeeds("ncclWinGetUserPtr", () -> abi.winGetUserPtr(comm, window, out));
    rank.check(out.get(JAVA_LONG, 0) == memory.address(), "it is another address");
    memory.end(window);
  }
}
