package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.spi.NcclAbi;

/** Memory from the library and registered buffers, on the raw surface (chapters 8 and 9). */
final class RawMemoryRules extends RawSuite {
  private static final int PAGE = 4096;
  private static final long IMPOSSIBLE = 1L << 48;

  // ---------------------------------------------------------------- allocation

  @Example
  @Needs(upTo = 2)
  public void required_MEM_01_memoryFromTheLibraryIsDeviceMemory(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, 100 * Integer.BYTES));
    memory.expectSum("memory from the library", 0, 5);
    // The driver maps whole pages, so the last of them is there too.
    memory.write(2 * PAGE, 1, 2, 3);
    memory.expect("what lies behind 400 bytes", 2 * PAGE, 1, 2, 3);
  }

  @Example
  public void required_MEM_02_memoryIsFreedWithAnyDeviceCurrent(RawRank rank) {
    NcclAbi abi = rank.abi();

    RawMemory memory = new RawMemory(rank, PAGE);
    Device other = rank.world().instance().backend().devices().get(1 - rank.rank());
    other.makeCurrent();
    memory.close();
    // The other device is still current: what is allocated now is its memory.
    rank.slot().set(JAVA_LONG, 0, 0);
    rank.succeeds("ncclMemAlloc", () -> abi.memAlloc(rank.slot(), PAGE));
    long address = rank.slotLong();
    DeviceBuffer.wrap(other, DataType.INT32, address, 1).copyFrom(42);
    rank.device().makeCurrent();
    rank.succeeds("ncclMemFree", () -> abi.memFree(address));
  }

  @Example
  public void required_ARG_33_whatTheAllocatorRefuses(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.slot().set(JAVA_LONG, 0, 77);
    rank.succeeds("0 bytes", () -> abi.memAlloc(rank.slot(), 0));
    rank.check(rank.slotLong() == 0, "0 bytes are not at null");
    rank.expect("2^48 bytes", UNHANDLED_CUDA_ERROR, () -> abi.memAlloc(rank.slot(), IMPOSSIBLE));
    rank.expect("no output", UNHANDLED_CUDA_ERROR, () -> abi.memAlloc(MemorySegment.NULL, PAGE));
    rank.succeeds("ncclMemFree(null)", () -> abi.memFree(0));
    if (!capabilities().hasDefects()) {
      MemorySegment host = rank.allocate(64);
      rank.expect(
          "ncclMemFree of host memory", UNHANDLED_CUDA_ERROR, () -> abi.memFree(host.address()));
    }
  }

  @Example
  @Needs(upTo = 2)
  public void required_ERR_11_afterAFailedAllocationAllGoesOn(RawRank rank) {
    rank.expect(
        "2^48 bytes", UNHANDLED_CUDA_ERROR, () -> rank.abi().memAlloc(rank.slot(), IMPOSSIBLE));
    RawMemory memory = rank.own(new RawMemory(rank, PAGE));
    memory.expectSum("memory after a failure", 0, 3);
  }

  // ---------------------------------------------------------------- registered buffers

  private static long register(RawRank rank, long address, long bytes) {
    rank.slot().set(JAVA_LONG, 0, 0);
    rank.succeeds(
        "ncclCommRegister",
        () -> rank.abi().commRegister(rank.comm(), address, bytes, rank.slot()));
    return rank.slotLong();
  }

  private static void deregister(RawRank rank, long handle, int code, String what) {
    rank.expect(
        "ncclCommDeregister " + what, code, () -> rank.abi().commDeregister(rank.comm(), handle));
  }

  @Example
  public void required_MEM_03_registrationsCountReferences(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, 4 * PAGE));
    long whole = register(rank, memory.address(), 4 * PAGE);
    long again = register(rank, memory.address(), 4 * PAGE);
    long inside = register(rank, memory.address() + PAGE, 100);
    rank.check(whole != 0, "the handle is null");
    rank.check(again == whole, "the same range has another handle");
    rank.check(inside == whole, "a range inside has another handle");
    memory.expectSum("registered memory", 0, 9);
    deregister(rank, whole, SUCCESS, "first");
    deregister(rank, whole, SUCCESS, "second");
    deregister(rank, whole, SUCCESS, "third");
  }

  @Example
  @AlsoShows({"MEM-05"})
  @Needs(upTo = 4)
  public void required_MEM_03_resultsDoNotDependOnRegistrations(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, 2 * PAGE));
    memory.expectSum("unregistered memory", 0, 11);
    long handle = register(rank, memory.address(), memory.bytes());
    memory.expectSum("registered memory", 0, 11);
    memory.expectSum("the second page", PAGE, 12);
    deregister(rank, handle, SUCCESS, "");
    memory.expectSum("memory that was registered", 0, 11);
  }

  @Example
  @AlsoShows({"ARG-27"})
  public void required_MEM_04_theLastReferenceEndsARegistration(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, PAGE));
    long handle = register(rank, memory.address(), PAGE);
    register(rank, memory.address(), PAGE);
    deregister(rank, handle, SUCCESS, "first");
    deregister(rank, handle, SUCCESS, "second");
    deregister(rank, handle, INVALID_USAGE, "third");
  }

  @Example
  public void required_MEM_06_buffersAreFreedAfterTheirOperations(RawRank rank) {
    RawMemory memory = new RawMemory(rank, PAGE);
    long handle = register(rank, memory.address(), PAGE);
    memory.expectSum("memory about to go", 0, 2); // synchronizes
    deregister(rank, handle, SUCCESS, "");
    memory.close();
  }

  @Example
  public void required_ARG_25_whatARegistrationRefuses(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.refuses("no communicator", () -> abi.commRegister(0, 4096, 64, rank.slot()));
    long nothing = register(rank, 0, 0);
    deregister(rank, nothing, SUCCESS, "of nothing");
  }

  @Example
  public void required_ARG_26_theDriverIsAskedAboutTheBuffer(RawRank rank) {
    MemorySegment host = rank.allocate(64);
    rank.slot().set(JAVA_LONG, 0, 77);
    rank.expect(
        "an unknown address",
        UNHANDLED_CUDA_ERROR,
        () -> rank.abi().commRegister(rank.comm(), host.address(), 64, rank.slot()));
    RawMemory memory = rank.own(new RawMemory(rank, PAGE));
    deregister(rank, register(rank, memory.address(), PAGE), SUCCESS, "");
  }

  @Example
  public void required_ARG_27_whatADeregistrationRefuses(RawRank rank) {
    rank.refuses("no communicator", () -> rank.abi().commDeregister(0, 4096));
    deregister(rank, 0, SUCCESS, "of null");
    deregister(rank, 4096, INVALID_USAGE, "of an unknown handle");
    rank.device().makeCurrent(); // ARG-27: an error may leave another one
  }

  @Example
  @AlsoShows({"ARG-25"})
  @Needs(environment = "NCCL_LOCAL_REGISTER=0")
  public void required_ENV_13_registrationsCanBeTurnedOff(RawRank rank) {
    RawMemory memory = rank.own(new RawMemory(rank, PAGE));
    rank.slot().set(JAVA_LONG, 0, 77);
    long address = memory.address();
    rank.succeeds("no communicator", () -> rank.abi().commRegister(0, address, PAGE, rank.slot()));
    rank.check(rank.slotLong() == 0, "the handle is not null");
    memory.expectSum("memory that is not registered", 0, 4);
  }

  @Example
  @Needs(environment = "NCCL_CHECK_POINTERS=1")
  public void required_ARG_04_registrationsInCheckMode(RawRank rank) {
    MemorySegment host = rank.allocate(64);
    rank.refuses(
        "host memory", () -> rank.abi().commRegister(rank.comm(), host.address(), 64, rank.slot()));
    RawMemory memory = rank.own(new RawMemory(rank, PAGE));
    deregister(rank, register(rank, memory.address(), PAGE), SUCCESS, "");
  }

  @Example
  @AlsoShows({"GRP-14"})
  public void required_GRP_08_registrationsActAtOnceInAGroup(RawRank rank) {
    NcclAbi abi = rank.abi();
    RawMemory memory = rank.own(new RawMemory(rank, PAGE));
    memory.write(0, 5);
    rank.groupStart();
    long handle = register(rank, memory.address(), PAGE);
    rank.check(handle != 0, "the handle is null inside the group");
    deregister(rank, handle, SUCCESS, "inside the group");
    deregister(rank, handle, INVALID_USAGE, "again");
    rank.device().makeCurrent();
    long at = memory.address();
    rank.succeeds(
        "ncclAllReduce", () -> abi.allReduce(at, at, 1, INT32, SUM, rank.comm(), rank.stream()));
    rank.succeeds("the end, not poisoned", abi::groupEnd);
    rank.synchronize();
    memory.expect("the sum", 0, 5 * rank.worldSize());
  }
}
