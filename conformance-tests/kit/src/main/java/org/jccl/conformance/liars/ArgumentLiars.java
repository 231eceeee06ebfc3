package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.INVALID_ARGUMENT;
import static org.jccl.conformance.liars.Lies.INVALID_USAGE;
import static org.jccl.conformance.liars.Lies.SUCCESS;
import static org.jccl.conformance.liars.Lies.UNHANDLED_CUDA_ERROR;
import static org.jccl.conformance.liars.Lies.answer;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.rawOperation;
import static org.jccl.conformance.liars.Lies.recode;
import static org.jccl.conformance.liars.Lies.wideOutput;

import java.util.List;

/** Liars about arguments (chapter 8: ARG). */
final class ArgumentLiars {
  private ArgumentLiars() {}

  static List<Liar> all() {
    return List.of(
        liar(
                "Looks at the communicator last",
                answer(rawOperation().and(call -> call.number("comm") == 0), INVALID_USAGE))
            .breaks("ARG-01", "with everything wrong returned 5")
            .breaks("ARG-03", "without comm returned 5"),
        liar(
                "Lets null buffers pass in check mode",
                answer(
                    rawOperation().and(call -> call.has("send") && call.number("send") == 0),
                    SUCCESS))
            .breaks("ARG-04", "of null, x0 returned 0"),
        liar("Registers host memory in check mode", conceal(raw("commRegister")))
            .breaks("ARG-04", "host memory returned 0")
            .breaks("ARG-25", "no communicator returned 0")
            .breaks("ARG-26", "an unknown address returned 0"),
        liar("Asks a gathering for what it needs only", conceal(raw("gather", "scatter")))
            .breaks("ARG-05", "ncclGather x0, recv null elsewhere returned 0"),
        liar(
                "Wants symmetric windows everywhere",
                answer(raw("allReduce").and(call -> call.number("count") > 0), INVALID_ARGUMENT))
            .breaks("ARG-06", "ncclAllReduce returned 4"),
        liar("Puts whatever it is given", conceal(raw("putSignal")))
            .breaks("ARG-11", "peer -1 returned 0")
            .breaks("ARG-12", "offset = size returned 0")
            .breaks("RMA-02", "ncclPutSignal with index 1"),
        liar("Waits for whatever it is given", conceal(raw("waitSignal")))
            .breaks("ARG-14", "no array returned 0"),
        liar(
                "Answers queries about nothing",
                conceal(raw("commCount", "commUserRank", "commCuDevice")))
            .breaks("ARG-22", "count of null returned 0")
            .breaks("GRP-14", "count of null returned 0")
            .breaks("INIT-17", "ncclCommCount returned 0"),
        liar(
                "Answers queries of the library about nothing",
                conceal(raw("getVersion", "getUniqueId")))
            .breaks("VER-01", "ncclGetVersion(null) returned 0")
            .breaks("ARG-24", "returned 0"),
        liar("Ends registrations that are not there", conceal(raw("commDeregister")))
            .breaks("ARG-27", "no communicator returned 0")
            .breaks("GRP-08", "ncclCommDeregister again returned 0")
            .breaks("MEM-04", "ncclCommDeregister third returned 0"),
        liar(
                "Writes the output of a window that is none",
                wideOutput("commWindowRegister", "window", seen -> seen + 1))
            .breaks("ARG-28", "the output was written"),
        liar("Makes windows of nothing", conceal(raw("commWindowRegister")))
            .breaks("ARG-29", "no communicator returned 0"),
        liar("Ends windows that are not there", conceal(raw("commWindowDeregister")))
            .breaks("ARG-30", "no communicator returned 0"),
        liar("Has an address for every window", conceal(raw("winGetUserPtr")))
            .breaks("ARG-31", "no communicator returned 0"),
        liar(
                "Gives another address for a window",
                wideOutput("winGetUserPtr", "pointer", seen -> seen + 64))
            .breaks("ARG-31", "it is another address"),
        liar("Allocates whatever it is asked for", conceal(raw("memAlloc", "memFree")))
            .breaks("ARG-33", "2^48 bytes returned 0")
            .breaks("ERR-11", "2^48 bytes returned 0"),
        liar("Has every parameter", conceal(raw("paramBind", "paramGetParameter")))
            .breaks("ARG-35", "ncclParamBind returned 0"),
        liar("Needs the right current device", recode(raw("recv"), SUCCESS, UNHANDLED_CUDA_ERROR))
            .breaks("ARG-40", "ncclRecv"));
  }
}
