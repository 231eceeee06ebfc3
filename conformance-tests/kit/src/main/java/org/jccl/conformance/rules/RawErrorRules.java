package org.jccl.conformance.rules;

import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.spi.NcclAbi;

/** How errors are told, on the raw surface (rules ERR-02 to ERR-10). */
final class RawErrorRules extends RawSuite {
  @Example
  @AlsoShows("GRP-24")
  @Needs(upTo = 2)
  public void required_ERR_02_readingSuccessMeansGoOn(RawRank rank) {
    int n = rank.worldSize();
    long made = rank.open(rank.nonblocking());
    for (int round = 1; round <= 3; round++) {
      rank.expectSum("a polled sum", made, round, round * n);
    }
    rank.destroy(made);
  }

  @Example
  public void required_ERR_03_waitingForAPeerIsNoError(RawRank rank) {
    long made = rank.open(rank.config());
    rank.expectSum("a first contact", made, 1, 2);
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    if (rank.rank() == 0) {
      rank.succeeds("a sum", () -> rank.sum(buffer, made));
      rank.check(rank.state(made) == SUCCESS, "state " + rank.slotInt());
    }
    rank.barrier();
    if (rank.rank() == 1) {
      rank.succeeds("the same sum", () -> rank.sum(buffer, made));
    }
    rank.synchronize();
    rank.expect("the sum", buffer, 2);
    rank.destroy(made);
  }

  @Example
  public void required_ERR_04_aStoredErrorStays(RawRank rank) {
    NcclAbi abi = rank.abi();
    long made = rank.openAlone(rank.nonblocking());
    rank.refuses("a wrong call", () -> rank.wrongCall(made));
    for (int again = 0; again < 2; again++) {
      int state = rank.settled(made);
      rank.check(state == INVALID_ARGUMENT, "state " + state);
      rank.refuses("a query", () -> abi.commCount(made, rank.slot()));
      rank.refuses("finalize", () -> abi.commFinalize(made));
    }
    rank.abort(made);
  }

  @Example
  public void required_ERR_05_wrongArgumentsHurtNonblockingCommunicatorsOnly(RawRank rank) {
    NcclAbi abi = rank.abi();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    long at = buffer.address();
    long blocking = rank.openAlone(rank.config());
    rank.refuses("root 9", () -> abi.bcast(at, 1, INT32, 9, blocking, rank.stream()));
    rank.expectSum("the next sum", blocking, 3, 3);
    rank.destroy(blocking);
    long polled = rank.openAlone(rank.nonblocking());
    rank.refuses("root 9", () -> abi.bcast(at, 1, INT32, 9, polled, rank.stream()));
    rank.refuses("the next sum", () -> rank.sum(buffer, polled));
    rank.abort(polled);
  }

  @Example
  public void required_ERR_06_aCallInProgressIsRefused(RawRank rank) {
    long unfinished = rank.openUnfinished();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    rank.refuses("a sum", () -> rank.sum(buffer, unfinished));
    rank.synchronize();
    rank.expect("the buffer of the refused call", buffer, 1);
    rank.expectSum("another communicator's sum", rank.comm(), 3, 3);
    rank.abort(unfinished);
  }

  @Example
  public void required_ERR_07_theLastErrorIsAText(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.refuses("a wrong call", () -> rank.wrongCall(rank.comm()));
    String words = abi.getLastError(rank.comm());
    rank.check(!words.isEmpty(), "the last error is empty after a wrong call");
    rank.check(words.length() <= 1023, words.length() + " characters");
    rank.check(!abi.getLastError(0).isEmpty(), "the last error of null is empty");
  }

  @Example
  public void required_ERR_09_everyCodeHasAText(RawRank rank) {
    NcclAbi abi = rank.abi();
    for (int code = -2; code < 12; code++) {
      rank.check(!abi.getErrorString(code).isEmpty(), "no text for " + code);
    }
    rank.check(
        abi.getErrorString(999).equals(abi.getErrorString(-7)),
        "unknown codes have different texts");
    rank.check(
        !abi.getErrorString(INVALID_USAGE).equals(abi.getErrorString(999)),
        "a known code has the text of unknown ones");
  }

  @Example
  public void required_ERR_10_afterInvalidUsageAnotherCommunicatorWorks(RawRank rank) {
    NcclAbi abi = rank.abi();
    long failed = rank.openAlone(rank.config());
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    rank.misuses(
        "a lone message to self",
        () -> abi.send(buffer.address(), 1, INT32, 0, failed, rank.stream()));
    rank.abort(failed);
    long fresh = rank.openAlone(rank.config());
    rank.expectSum("a fresh communicator's sum", fresh, 9, 9);
    rank.destroy(fresh);
  }
}
