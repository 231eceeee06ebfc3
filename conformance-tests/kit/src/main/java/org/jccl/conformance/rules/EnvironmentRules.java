package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.jccl.conformance.rules.RawRank.INVALID_ARGUMENT;
import static org.jccl.conformance.rules.RawRank.INVALID_USAGE;
import static org.jccl.conformance.rules.RawRank.REMOTE_ERROR;
import static org.jccl.conformance.rules.RawRank.SUCCESS;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.Example;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.conformance.harness.Worlds;
import org.jccl.spi.NcclAbi;

/**
 * The environment variables that change what a user sees (chapter 10 of the rule book). A library
 * reads them once, so on real NCCL each of these runs in a process of its own.
 */
public final class EnvironmentRules extends RawSuite {
  private static final int INT8 = 0;
  private static final int SUM = 0;
  private static final int VERSION_WITH_CHECK_MODE = 22907;
  private static final int VERSION_WITH_RMA = 22902;
  private static final int VERSION_WITH_SHARED_GPUS = 23007;

  /** About the current subject. */
  public EnvironmentRules() {}

  /** An all-reduce of known numbers under an environment gives the sum. */
  private void stillAdds(Worlds worlds, int ranks) {
    worlds.run(ranks, rank -> adds(rank, rank.communicator()));
  }

  private static void adds(WorldRank rank, Communicator comm) {
    try (DeviceBuffer buffer = Values.of(comm.device(), DataType.INT32, 1 + rank.rank(), 7)) {
      comm.allReduce(buffer, ReduceOp.SUM);
      comm.defaultStream().synchronize();
      int n = comm.worldSize();
      rank.expect("the sum", buffer, n * (n + 1) / 2.0, 7.0 * n);
    }
  }

  @Example
  public void required_ENV_01_aVariableMakesCommunicatorsNonblocking() {
    blockingIsForced(false);
  }

  @Example
  public void required_ENV_01_aVariableMakesCommunicatorsBlocking() {
    blockingIsForced(true);
  }

  private void blockingIsForced(boolean blocking) {
    bare(
        under(Map.of("NCCL_COMM_BLOCKING", blocking ? "1" : "0")),
        (abi, backend) -> {
          try (RawSingle one = new RawSingle(abi, backend)) {
            one.open(one.config(blocking ? 0 : 1));
            one.expect("a bad root", INVALID_ARGUMENT, () -> one.broadcast(9));
            int code = blocking ? SUCCESS : INVALID_ARGUMENT; // ERR-05: sticky if nonblocking
            one.expect("ncclCommCount then", code, () -> abi.commCount(one.comm(), one.slot()));
          }
        });
  }

  @Example
  public void required_ENV_02_aVariableTurnsPointerChecksOn() {
    pointersAreChecked(under(Map.of("NCCL_CHECK_POINTERS", "1")), true);
  }

  @Example
  public void required_ENV_03_theDefaultModeChecksNothing() {
    checksWith("DEFAULT", false);
  }

  @Example
  public void required_ENV_03_theLocalModeChecksPointers() {
    checksWith("DEBUG_LOCAL", true);
  }

  @Example
  public void required_ENV_03_theGlobalModeInLowerCaseChecksPointers() {
    checksWith("debug_global", true);
  }

  @Example
  public void required_ENV_03_anUnknownModeChecksNothing() {
    checksWith("NO_SUCH_MODE", false);
  }

  private void checksWith(String mode, boolean on) {
    pointersAreChecked(underSince(VERSION_WITH_CHECK_MODE, Map.of("NCCL_CHECK_MODE", mode)), on);
  }

  /** ARG-04: with checks on, even a call of count 0 needs real buffers. */
  private void pointersAreChecked(Worlds worlds, boolean on) {
    raw(
        worlds,
        1,
        rank ->
            rank.expect(
                "an empty all-reduce of null buffers",
                on ? INVALID_ARGUMENT : SUCCESS,
                () -> rank.abi().allReduce(0, 0, 0, INT8, SUM, rank.comm(), rank.stream())));
  }

  @Example
  @AlsoShows("STR-10")
  public void required_ENV_04_implicitLaunchOrder() {
    needRanks(2);
    Worlds worlds = under(Map.of("NCCL_LAUNCH_ORDER_IMPLICIT", "1", "NCCL_LAUNCH_RACE_FATAL", "1"));
    worlds.run(
        2,
        rank -> {
          try (Communicator other = rank.open("other");
              DeviceBuffer a = Values.of(rank.device(), DataType.INT32, 1);
              DeviceBuffer b = Values.of(rank.device(), DataType.INT32, 3)) {
            for (int i = 0; i < 4; i++) {
              rank.communicator().allReduce(a, ReduceOp.SUM);
              other.allReduce(b, ReduceOp.SUM);
            }
            rank.communicator().defaultStream().synchronize();
            other.defaultStream().synchronize();
            rank.expect("the first communicator's sum", a, 16);
            rank.expect("the second communicator's sum", b, 48);
          }
        });
  }

  @Example
  public void required_ENV_05_groupLaunchMode() {
    needRanks(2);
    stillAdds(under(Map.of("NCCL_LAUNCH_MODE", "GROUP")), 2);
  }

  @Example
  public void required_ENV_06_noAlgorithmIsLeft() {
    needRanks(2);
    raw(
        under(Map.of("NCCL_ALGO", "Tree")),
        2,
        rank -> {
          try (DeviceBuffer memory = rank.memory(DataType.INT8, 1, 2, 3, 4)) {
            long at = memory.address();
            rank.expect(
                "an all-gather by trees",
                INVALID_USAGE,
                () -> rank.abi().allGather(at, at, 1, INT8, rank.comm(), rank.stream()));
          }
        });
  }

  @Example
  public void required_ENV_07_connectionsAtCreation() {
    needRanks(2);
    stillAdds(under(Map.of("NCCL_RUNTIME_CONNECT", "0")), 2);
  }

  @Example
  public void required_ENV_08_logsDoNotChangeCodes() {
    bare(
        under(Map.of("NCCL_DEBUG", "WARN")),
        (abi, backend) -> {
          try (RawSingle one = new RawSingle(abi, backend)) {
            one.open(MemorySegment.NULL);
            one.expect("a bad root", INVALID_ARGUMENT, () -> one.broadcast(9));
            one.expect("a good root", SUCCESS, () -> one.broadcast(0));
            one.check(!abi.getLastError(0).isEmpty(), "the last error is empty (ERR-07)");
          }
        });
  }

  @Example
  @AlsoShows("UID-06")
  public void required_ENV_09_theIdFromTheEnvironment() {
    bare(
        under(Map.of("NCCL_COMM_ID", "127.0.0.1:48731")),
        (abi, backend) -> {
          try (RawSingle one = new RawSingle(abi, backend)) {
            MemorySegment first = one.allocate(128);
            MemorySegment second = one.allocate(128);
            one.expect("ncclGetUniqueId", SUCCESS, () -> abi.getUniqueId(first));
            one.expect("ncclGetUniqueId again", SUCCESS, () -> abi.getUniqueId(second));
            one.check(first.mismatch(second) < 0, "two ids differ though the address is given");
            one.open(first, MemorySegment.NULL);
            one.expect("a call", SUCCESS, () -> one.broadcast(0));
          }
        });
  }

  @Example
  @AlsoShows("UID-06")
  public void required_ENV_09_aMalformedIdIsRefused() {
    bare(
        under(Map.of("NCCL_COMM_ID", "nonsense")),
        (abi, backend) -> {
          try (RawSingle one = new RawSingle(abi, backend)) {
            MemorySegment id = one.allocate(128);
            one.expect("ncclGetUniqueId", INVALID_ARGUMENT, () -> abi.getUniqueId(id));
          }
        });
  }

  @Example
  @AlsoShows("UID-02")
  public void required_ENV_10_noNetworkInterfaceOfThatName() {
    bare(
        under(Map.of("NCCL_SOCKET_IFNAME", "nosuchinterface")),
        (abi, backend) -> {
          try (RawSingle one = new RawSingle(abi, backend)) {
            MemorySegment id = one.allocate(128);
            one.expect("ncclGetUniqueId", INVALID_USAGE, () -> abi.getUniqueId(id));
          }
        });
  }

  @Example
  @AlsoShows("UID-04")
  public void required_ENV_11_fewRetriesForAnIdThatWasUsed() {
    bare(
        under(Map.of("NCCL_SOCKET_RETRY_CNT", "2", "NCCL_SOCKET_RETRY_SLEEP_MSEC", "1")),
        (abi, backend) -> {
          try (RawSingle one = new RawSingle(abi, backend)) {
            MemorySegment id = one.allocate(128);
            one.expect("ncclGetUniqueId", SUCCESS, () -> abi.getUniqueId(id));
            one.open(id, MemorySegment.NULL);
            one.slot().set(JAVA_LONG, 0, 0);
            int code = abi.commInitRank(one.slot(), 1, id, 0);
            one.check(code == REMOTE_ERROR, "an id that was used before gave " + code);
            one.check(one.slot().get(JAVA_LONG, 0) == 0, "a failed creation left a handle");
          }
        });
  }

  @Example
  @AlsoShows("INIT-08")
  public void required_ENV_12_severalRanksOnOneGpu() {
    twoRanksOnOneGpu("1", SUCCESS);
  }

  @Example
  @AlsoShows("INIT-08")
  public void required_ENV_12_oneRankOnOneGpu() {
    twoRanksOnOneGpu("0", INVALID_USAGE);
  }

  private void twoRanksOnOneGpu(String value, int code) {
    bare(
        underSince(VERSION_WITH_SHARED_GPUS, Map.of("NCCL_MULTI_RANK_GPU_ENABLE", value)),
        (abi, backend) -> {
          try (RawSingle one = new RawSingle(abi, backend)) {
            one.expect("the group", code, one::openTwiceOnOneDevice);
          }
        });
  }

  @Example
  public void required_ENV_13_noLocalRegistration() {
    raw(
        under(Map.of("NCCL_LOCAL_REGISTER", "0")),
        1,
        rank -> {
          try (DeviceBuffer memory = rank.memory(DataType.INT8, 1, 2, 3, 4)) {
            rank.slot().set(JAVA_LONG, 0, 77);
            rank.expect(
                "ncclCommRegister",
                SUCCESS,
                () -> rank.abi().commRegister(rank.comm(), memory.address(), 4, rank.slot()));
            rank.world().check(rank.slot().get(JAVA_LONG, 0) == 0, "a handle (ARG-25)");
          }
        });
  }

  @Example
  public void required_ENV_14_memoryWithoutVirtualAddresses() {
    raw(
        under(Map.of("NCCL_CUMEM_ENABLE", "0", "NCCL_WIN_ENABLE", "0")),
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          rank.expect("ncclMemAlloc", SUCCESS, () -> abi.memAlloc(rank.slot(), 4096));
          long at = rank.slot().get(JAVA_LONG, 0);
          rank.expect(
              "an all-reduce in it",
              SUCCESS,
              () -> abi.allReduce(at, at, 16, INT8, SUM, rank.comm(), rank.stream()));
          rank.synchronize();
          rank.expect("ncclMemFree", SUCCESS, () -> abi.memFree(at));
        });
  }

  @Example
  public void required_ENV_15_graphsAloneWithoutMixing() {
    needRanks(2);
    under(Map.of("NCCL_GRAPH_MIXING_SUPPORT", "0"))
        .run(
            2,
            rank -> {
              Communicator comm = rank.communicator();
              try (DeviceBuffer buffer = Values.of(rank.device(), DataType.INT32, 1);
                  Stream stream = rank.device().newStream()) {
                stream.beginCapture();
                comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
                try (Graph graph = stream.endCapture()) {
                  graph.launch(stream);
                  graph.launch(stream);
                  stream.synchronize();
                  rank.expect("the sum of two replays", buffer, 4);
                }
              }
            });
  }

  @Example
  public void required_ENV_16_oddValuesAreNoError() {
    Map<String, String> odd = new LinkedHashMap<>();
    odd.put("NCCL_MIN_CTAS", "-3");
    odd.put("NCCL_MAX_CTAS", "100000");
    odd.put("NCCL_CGA_CLUSTER_SIZE", "99");
    odd.put("NCCL_CTA_POLICY", "77");
    odd.put("NCCL_COMM_SPLIT_SHARE_RESOURCES", "9");
    stillAdds(under(odd), atMost(2));
  }

  @Example
  public void required_ENV_17_variablesOfOneSidedOperations() {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("NCCL_NUM_RMA_CTX", "2");
    variables.put("NCCL_P2P_MAX_PEERS", "4");
    variables.put("NCCL_ALLGATHERV_ENABLE", "0");
    stillAdds(underSince(VERSION_WITH_RMA, variables), atMost(2));
  }

  @Example
  public void required_ENV_18_withoutMulticast() {
    stillAdds(under(Map.of("NCCL_NVLS_ENABLE", "0")), atMost(4));
  }

  @Example
  public void required_ENV_20_withoutTheHealthMonitor() {
    stillAdds(under(Map.of("NCCL_RAS_ENABLE", "0")), atMost(2));
  }

  @Example
  public void required_INIT_16_ungroupedCreationWaitsThoughNonblocking() {
    bare(
        under(Map.of("NCCL_COMM_BLOCKING", "0")),
        (abi, backend) -> {
          try (RawSingle one = new RawSingle(abi, backend)) {
            MemorySegment id = one.allocate(128);
            one.expect("ncclGetUniqueId", SUCCESS, () -> abi.getUniqueId(id));
            one.expect("ncclCommInitRank", SUCCESS, () -> abi.commInitRank(one.slot(), 1, id, 0));
            one.adopt(one.slot().get(JAVA_LONG, 0));
            one.expect(
                "ncclCommCount at once", SUCCESS, () -> abi.commCount(one.comm(), one.slot()));
            one.expect("a bad root", INVALID_ARGUMENT, () -> one.broadcast(9));
            one.expect(
                "and it is nonblocking (ERR-05)",
                INVALID_ARGUMENT,
                () -> abi.commCount(one.comm(), one.slot()));
          }
        });
  }
}
