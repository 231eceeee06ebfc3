package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.MisuseKind;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.harness.Expects;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.spi.NcclAbi;

/**
 * The environment variables that change what a user sees (chapter 10 of the rule book). A library
 * reads them once, so on real NCCL each of these runs in a process of its own.
 */
final class EnvironmentRules extends RawSuite {
  private static final int INT8 = 0;

  /** An all-reduce of known numbers under an environment gives the sum. */
  private void stillAdds(int ranks) {
    run(ranks, rank -> adds(rank, rank.communicator()));
  }

  private static void adds(WorldRank rank, Communicator comm) {
    DeviceBuffer buffer = rank.own(Values.of(comm.device(), DataType.INT32, 1 + rank.rank(), 7));
    comm.allReduce(buffer, ReduceOp.SUM);
    comm.defaultStream().synchronize();
    int n = comm.worldSize();
    rank.expect("the sum", buffer, n * (n + 1) / 2.0, 7.0 * n);
  }

  @Example
  @Needs(environment = "NCCL_COMM_BLOCKING=0")
  public void required_ENV_01_aVariableMakesCommunicatorsNonblocking(RawSingle one) {
    blockingIsForced(one, false);
  }

  @Example
  @Needs(environment = "NCCL_COMM_BLOCKING=1")
  public void required_ENV_01_aVariableMakesCommunicatorsBlocking(RawSingle one) {
    blockingIsForced(one, true);
  }

  private static void blockingIsForced(RawSingle one, boolean blocking) {
    one.open(one.config(blocking ? 0 : 1));
    one.expect("a bad root", INVALID_ARGUMENT, () -> one.broadcast(9));
    int code = blocking ? SUCCESS : INVALID_ARGUMENT; // ERR-05: sticky if nonblocking
    one.expect("ncclCommCount then", code, () -> one.abi().commCount(one.comm(), one.slot()));
  }

  @Example
  @Needs(environment = "NCCL_CHECK_POINTERS=1")
  public void required_ENV_02_aVariableTurnsPointerChecksOn() {
    pointersAreChecked(true);
  }

  @Example
  @Needs(environment = "NCCL_CHECK_MODE=DEFAULT")
  public void required_ENV_03_theDefaultModeChecksNothing() {
    pointersAreChecked(false);
  }

  @Example
  @Needs(environment = "NCCL_CHECK_MODE=DEBUG_LOCAL")
  public void required_ENV_03_theLocalModeChecksPointers() {
    pointersAreChecked(true);
  }

  @Example
  @Needs(environment = "NCCL_CHECK_MODE=debug_global")
  public void required_ENV_03_theGlobalModeInLowerCaseChecksPointers() {
    pointersAreChecked(true);
  }

  @Example
  @Needs(environment = "NCCL_CHECK_MODE=NO_SUCH_MODE")
  public void required_ENV_03_anUnknownModeChecksNothing() {
    pointersAreChecked(false);
  }

  /** ARG-04: with checks on, even a call of count 0 needs real buffers. */
  private void pointersAreChecked(boolean on) {
    raw(
        1,
        rank ->
            rank.expect(
                "an empty all-reduce of null buffers",
                on ? INVALID_ARGUMENT : SUCCESS,
                () -> rank.abi().allReduce(0, 0, 0, INT8, SUM, rank.comm(), rank.stream())));
  }

  @Example
  @AlsoShows("STR-10")
  @Needs(environment = "NCCL_LAUNCH_ORDER_IMPLICIT=1 NCCL_LAUNCH_RACE_FATAL=1")
  public void required_ENV_04_implicitLaunchOrder(WorldRank rank) {
    Communicator other = rank.own(rank.open("other"));
    DeviceBuffer a = rank.memory(DataType.INT32, 1);
    DeviceBuffer b = rank.memory(DataType.INT32, 3);
    for (int i = 0; i < 4; i++) {
      rank.communicator().allReduce(a, ReduceOp.SUM);
      other.allReduce(b, ReduceOp.SUM);
    }
    rank.communicator().defaultStream().synchronize();
    other.defaultStream().synchronize();
    rank.expect("the first communicator's sum", a, 16);
    rank.expect("the second communicator's sum", b, 48);
  }

  @Example
  @Needs(environment = "NCCL_LAUNCH_MODE=GROUP")
  public void required_ENV_05_groupLaunchMode() {
    stillAdds(2);
  }

  @Example
  @Needs(environment = "NCCL_ALGO=Tree")
  public void required_ENV_06_noAlgorithmIsLeft(RawRank rank) {
    DeviceBuffer memory = rank.memory(DataType.INT8, 1, 2, 3, 4);
    long at = memory.address();
    rank.expect(
        "an all-gather by trees",
        INVALID_USAGE,
        () -> rank.abi().allGather(at, at, 1, INT8, rank.comm(), rank.stream()));
  }

  @Example
  @Needs(environment = "NCCL_RUNTIME_CONNECT=0")
  public void required_ENV_07_connectionsAtCreation() {
    stillAdds(2);
  }

  @Example
  @Needs(environment = "NCCL_DEBUG=WARN")
  public void required_ENV_08_logsDoNotChangeCodes(RawSingle one) {
    NcclAbi abi = one.abi();
    one.open(MemorySegment.NULL);
    one.expect("a bad root", INVALID_ARGUMENT, () -> one.broadcast(9));
    one.expect("a good root", SUCCESS, () -> one.broadcast(0));
    one.check(!abi.getLastError(0).isEmpty(), "the last error is empty (ERR-07)");
  }

  @Example
  @AlsoShows("UID-06")
  @Needs(environment = "NCCL_COMM_ID=127.0.0.1:48731")
  public void required_ENV_09_theIdFromTheEnvironment(RawSingle one) {
    NcclAbi abi = one.abi();
    MemorySegment first = one.allocate(128);
    MemorySegment second = one.allocate(128);
    one.expect("ncclGetUniqueId", SUCCESS, () -> abi.getUniqueId(first));
    one.expect("ncclGetUniqueId again", SUCCESS, () -> abi.getUniqueId(second));
    one.check(first.mismatch(second) < 0, "two ids differ though the address is given");
    one.open(first, MemorySegment.NULL);
    one.expect("a call", SUCCESS, () -> one.broadcast(0));
  }

  @Example
  @AlsoShows("UID-06")
  @Needs(environment = "NCCL_COMM_ID=nonsense")
  public void required_ENV_09_aMalformedIdIsRefused(RawSingle one) {
    NcclAbi abi = one.abi();
    MemorySegment id = one.allocate(128);
    one.expect("ncclGetUniqueId", INVALID_ARGUMENT, () -> abi.getUniqueId(id));
  }

  @Example
  @AlsoShows("UID-02")
  @Needs(environment = "NCCL_SOCKET_IFNAME=nosuchinterface")
  public void required_ENV_10_noNetworkInterfaceOfThatName(RawSingle one) {
    NcclAbi abi = one.abi();
    MemorySegment id = one.allocate(128);
    one.expect("ncclGetUniqueId", INVALID_USAGE, () -> abi.getUniqueId(id));
  }

  @Example
  @AlsoShows("UID-04")
  @Needs(environment = "NCCL_SOCKET_RETRY_CNT=2 NCCL_SOCKET_RETRY_SLEEP_MSEC=1")
  @Expects(reports = MisuseKind.ID_REUSED)
  public void required_ENV_11_fewRetriesForAnIdThatWasUsed(RawSingle one) {
    NcclAbi abi = one.abi();
    MemorySegment id = one.allocate(128);
    one.expect("ncclGetUniqueId", SUCCESS, () -> abi.getUniqueId(id));
    one.open(id, MemorySegment.NULL);
    one.slot().set(JAVA_LONG, 0, 0);
    int code = abi.commInitRank(one.slot(), 1, id, 0);
    one.check(code == REMOTE_ERROR, "an id that was used before gave " + code);
    long left = one.slot().get(JAVA_LONG, 0);
    boolean leaves = capabilities().version() >= 23102; // INIT-18
    one.check((left != 0) == leaves, "a failed creation left " + (left == 0 ? "null" : "a handle"));
    if (left != 0) {
      one.expect("ncclCommAbort of what is left", SUCCESS, () -> abi.commAbort(left));
    }
  }

  @Example
  @AlsoShows("INIT-08")
  @Needs(since = "2.30.7", environment = "NCCL_MULTI_RANK_GPU_ENABLE=1")
  public void required_ENV_12_severalRanksOnOneGpu(RawSingle one) {
    one.expect("the group", SUCCESS, one::openTwiceOnOneDevice);
  }

  @Example
  @AlsoShows("INIT-08")
  @Needs(since = "2.30.7", environment = "NCCL_MULTI_RANK_GPU_ENABLE=0", ownGpus = true)
  public void required_ENV_12_oneRankOnOneGpu(RawSingle one) {
    one.expect("the group", INVALID_USAGE, one::openTwiceOnOneDevice);
  }

  @Example
  @Needs(environment = "NCCL_LOCAL_REGISTER=0")
  public void required_ENV_13_noLocalRegistration(RawRank rank) {
    DeviceBuffer memory = rank.memory(DataType.INT8, 1, 2, 3, 4);
    rank.slot().set(JAVA_LONG, 0, 77);
    rank.succeeds(
        "ncclCommRegister",
        () -> rank.abi().commRegister(rank.comm(), memory.address(), 4, rank.slot()));
    rank.check(rank.slot().get(JAVA_LONG, 0) == 0, "a handle (ARG-25)");
  }

  @Example
  @Needs(environment = "NCCL_CUMEM_ENABLE=0 NCCL_WIN_ENABLE=0")
  public void required_ENV_14_memoryWithoutVirtualAddresses(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.succeeds("ncclMemAlloc", () -> abi.memAlloc(rank.slot(), 4096));
    long at = rank.slot().get(JAVA_LONG, 0);
    rank.succeeds(
        "an all-reduce in it",
        () -> abi.allReduce(at, at, 16, INT8, SUM, rank.comm(), rank.stream()));
    rank.synchronize();
    rank.succeeds("ncclMemFree", () -> abi.memFree(at));
  }

  @Example
  @Needs(environment = "NCCL_GRAPH_MIXING_SUPPORT=0")
  public void required_ENV_15_graphsAloneWithoutMixing(WorldRank rank) {
    Communicator comm = rank.communicator();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    Stream stream = rank.newStream();
    stream.beginCapture();
    comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
    Graph graph = rank.own(stream.endCapture());
    graph.launch(stream);
    graph.launch(stream);
    stream.synchronize();
    rank.expect("the sum of two replays", buffer, 4);
  }

  @Example
  @Needs(
      environment =
          "NCCL_MIN_CTAS=-3 NCCL_MAX_CTAS=100000 NCCL_CGA_CLUSTER_SIZE=99 NCCL_CTA_POLICY=77"
              + " NCCL_COMM_SPLIT_SHARE_RESOURCES=9")
  public void required_ENV_16_oddValuesAreNoError() {
    stillAdds(atMost(2));
  }

  @Example
  @Needs(environment = "NCCL_NUM_RMA_CTX=2 NCCL_P2P_MAX_PEERS=4 NCCL_ALLGATHERV_ENABLE=0")
  public void required_ENV_17_variablesOfOneSidedOperations() {
    stillAdds(atMost(2));
  }

  @Example
  @Needs(environment = "NCCL_NVLS_ENABLE=0")
  public void required_ENV_18_withoutMulticast() {
    stillAdds(atMost(4));
  }

  @Example
  @Needs(environment = "NCCL_RAS_ENABLE=0")
  public void required_ENV_20_withoutTheHealthMonitor() {
    stillAdds(atMost(2));
  }

  @Example
  @Needs(environment = "NCCL_COMM_BLOCKING=0")
  public void required_INIT_16_ungroupedCreationWaitsThoughNonblocking(RawSingle one) {
    NcclAbi abi = one.abi();
    MemorySegment id = one.allocate(128);
    one.expect("ncclGetUniqueId", SUCCESS, () -> abi.getUniqueId(id));
    one.expect("ncclCommInitRank", SUCCESS, () -> abi.commInitRank(one.slot(), 1, id, 0));
    one.adopt(one.slot().get(JAVA_LONG, 0));
    if (capabilities().version() < 23102) {
      one.expect("ncclCommCount at once", SUCCESS, () -> abi.commCount(one.comm(), one.slot()));
    } else {
      one.check(
          one.settled() == SUCCESS,
          "it does not become ready"); // a group of its own: it may return before the communicator
      // is ready
    }
    one.expect("a bad root", INVALID_ARGUMENT, () -> one.broadcast(9));
    one.expect(
        "and it is nonblocking (ERR-05)",
        INVALID_ARGUMENT,
        () -> abi.commCount(one.comm(), one.slot()));
  }
}
