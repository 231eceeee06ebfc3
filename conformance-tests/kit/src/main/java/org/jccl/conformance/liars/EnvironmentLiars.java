package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.INVALID_ARGUMENT;
import static org.jccl.conformance.liars.Lies.INVALID_USAGE;
import static org.jccl.conformance.liars.Lies.UNHANDLED_CUDA_ERROR;
import static org.jccl.conformance.liars.Lies.answer;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.recode;
import static org.jccl.conformance.liars.Lies.skip;
import static org.jccl.conformance.liars.Lies.typed;

import java.util.List;

/** Liars about environment variables (chapter 10: ENV). */
final class EnvironmentLiars {
  private EnvironmentLiars() {}

  static List<Liar> all() {
    return List.of(
        ignores("NCCL_COMM_BLOCKING")
            .breaks("ENV-01", "ncclCommCount then returned")
            .breaks("INIT-16", "and it is nonblocking (ERR-05) returned 0"),
        ignores("NCCL_CHECK_POINTERS")
            .breaks("ENV-02", "null buffers returned 0")
            .breaks("ARG-04", "returned 0"),
        ignores("NCCL_CHECK_MODE").breaks("ENV-03", "null buffers returned 0"),
        ignores("NCCL_ALGO")
            .breaks("ENV-06", "an all-gather by trees returned 0")
            .breaks("RING-03", "no order of ranks explains element")
            .breaks("TREE-03", "no order of ranks explains element")
            .breaks("TREE-04", "element")
            .breaks("FMA-03", "no order of ranks explains element")
            .breaks("TOPO-04", "element")
            .breaks("PAT-01", "no aggregation factor explains it"),
        ignores("NCCL_COMM_ID")
            .breaks("ENV-09", "two ids differ though the address is given")
            .breaks("UID-06", "ncclGetUniqueId returned 0"),
        ignores("NCCL_SOCKET_IFNAME").breaks("ENV-10", "ncclGetUniqueId returned 0"),
        ignores("NCCL_MULTI_RANK_GPU_ENABLE").breaks("ENV-12", "the group returned"),
        ignores("NCCL_LOCAL_REGISTER").breaks("ENV-13", "a handle (ARG-25)"),
        ignores("NCCL_WIN_ENABLE").breaks("WIN-03", "the window is"),
        liar(
                "Has no memory without virtual addresses",
                answer(raw("memAlloc"), UNHANDLED_CUDA_ERROR))
            .under("NCCL_CUMEM_ENABLE")
            .breaks("ENV-14", "ncclMemAlloc returned 1"),
        ignores("NCCL_DISABLE_MEM_MANAGER")
            .breaks("LIF-22", "ncclCommSuspend(1) returned 0")
            .breaks("ENV-17", "ncclCommSuspend(1) returned 0"),
        ignores("NCCL_DEBUG_SUBSYS").breaks("ARG-35", "bits"),
        stopsUnder("NCCL_LAUNCH_ORDER_IMPLICIT")
            .breaks("ENV-04", "the first communicator's sum is [1.0]"),
        stopsUnder("NCCL_LAUNCH_MODE").breaks("ENV-05", "the sum is"),
        stopsUnder("NCCL_RUNTIME_CONNECT").breaks("ENV-07", "the sum is"),
        stopsUnder("NCCL_GRAPH_MIXING_SUPPORT").breaks("ENV-15", "the sum of two replays is [1.0]"),
        stopsUnder("NCCL_CGA_CLUSTER_SIZE").breaks("ENV-16", "the sum is"),
        stopsUnder("NCCL_P2P_MAX_PEERS").breaks("ENV-17", "the sum is"),
        stopsUnder("NCCL_NVLS_ENABLE").breaks("ENV-18", "the sum is"),
        stopsUnder("NCCL_RAS_ENABLE").breaks("ENV-20", "the sum is"),
        liar(
                "Says other codes while it logs",
                recode(raw("broadcast"), INVALID_ARGUMENT, INVALID_USAGE))
            .under("NCCL_DEBUG")
            .breaks("ENV-08", "a bad root returned 5"),
        liar("Tries an id that was used before only once", conceal(raw("commInitRank")))
            .under("NCCL_SOCKET_RETRY_CNT")
            .breaks("ENV-11", "an id that was used before gave 0"));
  }

  static Liar ignores(String variable) {
    return liar("Does not look at " + variable, ForwardedCall::honest).ignoring(variable);
  }

  private static Liar stopsUnder(String variable) {
    return liar("Moves nothing under " + variable, skip(typed("allReduce"))).under(variable);
  }
}
