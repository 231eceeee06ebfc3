package org.jccl.conformance.misuse;

import net.jqwik.api.Example;
import org.jccl.conformance.rules.AlsoShows;

/**
 * Chapter 11: what the simulator must report, row by row, and that the smallest legal neighbour of
 * each row runs clean. The programs are those that the survey runs on NCCL.
 */
public final class MisuseRules extends MisuseSuite {
  /** About the current subject. */
  public MisuseRules() {}

  /** SIM-01: different count among ranks of a collective. */
  @Example
  public void required_SIM_01_differentCountAmongRanksOfACollective() {
    shows("SIM-01");
  }

  /** SIM-02: different type, equal byte total, moving collective. */
  @Example
  public void required_SIM_02_differentTypeEqualByteTotalMovingCollective() {
    shows("SIM-02");
  }

  /** SIM-03: different type in a reduction. */
  @Example
  public void required_SIM_03_differentTypeInAReduction() {
    shows("SIM-03");
  }

  /** SIM-04: different reduction op. */
  @Example
  public void required_SIM_04_differentReductionOp() {
    shows("SIM-04");
  }

  /** SIM-05: different root. */
  @Example
  public void required_SIM_05_differentRoot() {
    shows("SIM-05");
  }

  /** SIM-06: different collective at the same position. */
  @Example
  public void required_SIM_06_differentCollectiveAtTheSamePosition() {
    shows("SIM-06");
  }

  /** SIM-07: a rank never calls a collective. */
  @Example
  public void required_SIM_07_aRankNeverCallsACollective() {
    shows("SIM-07");
  }

  /** SIM-08: count 0 on some ranks only. */
  @Example
  public void required_SIM_08_count0OnSomeRanksOnly() {
    shows("SIM-08");
  }

  /** SIM-09: send and receive byte lengths differ. */
  @Example
  @AlsoShows("P2P-03")
  public void required_SIM_09_sendAndReceiveByteLengthsDiffer() {
    shows("SIM-09");
  }

  /** SIM-10: send and receive types differ, bytes equal. */
  @Example
  public void required_SIM_10_sendAndReceiveTypesDifferBytesEqual() {
    shows("SIM-10");
  }

  /** SIM-11: send without receive at the communicator's end. */
  @Example
  public void required_SIM_11_sendWithoutReceiveAtTheCommunicatorsEnd() {
    shows("SIM-11");
  }

  /** SIM-12: ungrouped exchange: both ranks send, then receive. */
  @Example
  public void required_SIM_12_ungroupedExchangeBothRanksSendThenReceive() {
    shows("SIM-12");
  }

  /** SIM-13: cycle of sends over all ranks, in groups of one. */
  @Example
  public void required_SIM_13_cycleOfSendsOverAllRanksInGroupsOfOne() {
    shows("SIM-13");
  }

  /** SIM-14: send to self without receive from self in the group. */
  @Example
  public void required_SIM_14_sendToSelfWithoutReceiveFromSelfInTheGroup() {
    shows("SIM-14");
  }

  /** SIM-15: self pair with different lengths. */
  @Example
  public void required_SIM_15_selfPairWithDifferentLengths() {
    shows("SIM-15");
  }

  /** SIM-16: group shapes of a pair differ on first contact. */
  @Example
  public void required_SIM_16_groupShapesOfAPairDifferOnFirstContact() {
    shows("SIM-16");
  }

  /** SIM-17: collectives grouped on one rank, not on the other. */
  @Example
  public void required_SIM_17_collectivesGroupedOnOneRankNotOnTheOther() {
    shows("SIM-17");
  }

  /** SIM-18: two communicators in opposite order on one stream. */
  @Example
  @AlsoShows("GRP-19")
  public void required_SIM_18_twoCommunicatorsInOppositeOrderOnOneStream() {
    shows("SIM-18");
  }

  /** SIM-19: two communicators in opposite order on streams of their own. */
  @Example
  public void required_SIM_19_twoCommunicatorsInOppositeOrderOnStreamsOfTheirOwn() {
    shows("SIM-19");
  }

  /** SIM-20: a waits by an event for B on one rank, B for A on the other. */
  @Example
  public void required_SIM_20_aWaitsByAnEventForBOnOneRankBForAOn() {
    shows("SIM-20");
  }

  /** SIM-21: one thread creates two ranks without a group. */
  @Example
  public void required_SIM_21_oneThreadCreatesTwoRanksWithoutAGroup() {
    shows("SIM-21");
  }

  /** SIM-22: output of one group member is input of another. */
  @Example
  public void required_SIM_22_outputOfOneGroupMemberIsInputOfAnother() {
    shows("SIM-22");
  }

  /** SIM-23: send and receive ranges overlap in part. */
  @Example
  public void required_SIM_23_sendAndReceiveRangesOverlapInPart() {
    shows("SIM-23");
  }

  /** SIM-24: in-place all-to-all. */
  @Example
  @AlsoShows("COL-18")
  public void required_SIM_24_inPlaceAllToAll() {
    shows("SIM-24");
  }

  /** SIM-25: buffer shorter than the count. */
  @Example
  public void required_SIM_25_bufferShorterThanTheCount() {
    shows("SIM-25");
  }

  /** SIM-26: null pointer in use. */
  @Example
  public void required_SIM_26_nullPointerInUse() {
    shows("SIM-26");
  }

  /** SIM-27: buffer of another device. */
  @Example
  public void required_SIM_27_bufferOfAnotherDevice() {
    shows("SIM-27");
  }

  /** SIM-28: input overwritten on another stream before completion. */
  @Example
  public void required_SIM_28_inputOverwrittenOnAnotherStreamBeforeCompletion() {
    shows("SIM-28");
  }

  /** SIM-29: buffer freed while in flight. */
  @Example
  public void required_SIM_29_bufferFreedWhileInFlight() {
    shows("SIM-29");
  }

  /** SIM-30: byte size overflows 64 bits. */
  @Example
  public void required_SIM_30_byteSizeOverflows64Bits() {
    shows("SIM-30");
  }

  /** SIM-31: stream destroyed before its use. */
  @Example
  public void required_SIM_31_streamDestroyedBeforeItsUse() {
    shows("SIM-31");
  }

  /** SIM-32: operation after Finalize. */
  @Example
  @AlsoShows("LIF-04")
  public void required_SIM_32_operationAfterFinalize() {
    shows("SIM-32");
  }

  /** SIM-33: operation after Destroy. */
  @Example
  public void required_SIM_33_operationAfterDestroy() {
    shows("SIM-33");
  }

  /** SIM-34: operation while suspended. */
  @Example
  public void required_SIM_34_operationWhileSuspended() {
    shows("SIM-34");
  }

  /** SIM-35: an early rank is destroyed and its buffer freed in flight. */
  @Example
  public void required_SIM_35_anEarlyRankIsDestroyedAndItsBufferFreedInFlight() {
    shows("SIM-35");
  }

  /** SIM-36: finalize while an operation can never complete. */
  @Example
  public void required_SIM_36_finalizeWhileAnOperationCanNeverComplete() {
    shows("SIM-36");
  }

  /** SIM-37: destroy while a graph still refers to the communicator. */
  @Example
  @AlsoShows("LIF-06")
  public void required_SIM_37_destroyWhileAGraphStillRefersToTheCommunicator() {
    shows("SIM-37");
  }

  /** SIM-38: destroy in a group that also uses the communicator. */
  @Example
  @AlsoShows("LIF-13")
  public void required_SIM_38_destroyInAGroupThatAlsoUsesTheCommunicator() {
    shows("SIM-38");
  }

  /** SIM-39: creation mixed with operations in one group. */
  @Example
  @AlsoShows("GRP-22")
  public void required_SIM_39_creationMixedWithOperationsInOneGroup() {
    shows("SIM-39");
  }

  /** SIM-40: blocking and nonblocking communicators in one group. */
  @Example
  @AlsoShows("GRP-23")
  public void required_SIM_40_blockingAndNonblockingCommunicatorsInOneGroup() {
    shows("SIM-40");
  }

  /** SIM-41: a thread ends with an open group. */
  @Example
  @AlsoShows("GRP-05")
  public void required_SIM_41_aThreadEndsWithAnOpenGroup() {
    shows("SIM-41");
  }

  /** SIM-42: two threads inside one communicator, both with an open group. */
  @Example
  @AlsoShows("GRP-26")
  public void required_SIM_42_twoThreadsInsideOneCommunicatorBothWithAnOpenGroup() {
    shows("SIM-42");
  }

  /** SIM-43: group opened on a virtual thread. */
  @Example
  public void required_SIM_43_groupOpenedOnAVirtualThread() {
    shows("SIM-43");
  }

  /** SIM-44: two threads claim the same rank of one id. */
  @Example
  public void required_SIM_44_twoThreadsClaimTheSameRankOfOneId() {
    shows("SIM-44");
  }

  /** SIM-45: unique id used again. */
  @Example
  @AlsoShows("UID-04")
  public void required_SIM_45_uniqueIdUsedAgain() {
    shows("SIM-45");
  }

  /** SIM-46: one GPU for two ranks. */
  @Example
  public void required_SIM_46_oneGpuForTwoRanks() {
    shows("SIM-46");
  }

  /** SIM-47: split not called by some parent rank. */
  @Example
  @AlsoShows("SPL-11")
  public void required_SIM_47_splitNotCalledBySomeParentRank() {
    shows("SIM-47");
  }

  /** SIM-48: shrink lists differ between ranks. */
  @Example
  public void required_SIM_48_shrinkListsDifferBetweenRanks() {
    shows("SIM-48");
  }

  /** SIM-49: parent and child that share resources driven in parallel. */
  @Example
  public void required_SIM_49_parentAndChildThatShareResourcesDrivenInParallel() {
    shows("SIM-49");
  }

  /** SIM-50: captured on some ranks only. */
  @Example
  public void required_SIM_50_capturedOnSomeRanksOnly() {
    shows("SIM-50");
  }

  /** SIM-51: custom reduction of another communicator. */
  @Example
  public void required_SIM_51_customReductionOfAnotherCommunicator() {
    shows("SIM-51");
  }

  /** SIM-52: destroyed custom reduction whose handle a newer one has. */
  @Example
  public void required_SIM_52_destroyedCustomReductionWhoseHandleANewerOneHas() {
    shows("SIM-52");
  }

  /** SIM-53: null scalar of a host-immediate reduction. */
  @Example
  public void required_SIM_53_nullScalarOfAHostImmediateReduction() {
    shows("SIM-53");
  }

  /** SIM-54: offsets in symmetric windows differ. */
  @Example
  public void required_SIM_54_offsetsInSymmetricWindowsDiffer() {
    shows("SIM-54");
  }

  /** SIM-55: window deregistered and freed while in flight. */
  @Example
  public void required_SIM_55_windowDeregisteredAndFreedWhileInFlight() {
    shows("SIM-55");
  }

  /** SIM-56: target range beyond the window. */
  @Example
  public void required_SIM_56_targetRangeBeyondTheWindow() {
    shows("SIM-56");
  }

  /** SIM-57: wait for signals of an unknown peer. */
  @Example
  public void required_SIM_57_waitForSignalsOfAnUnknownPeer() {
    shows("SIM-57");
  }

  /** SIM-58: both sides wait for a signal before they put. */
  @Example
  public void required_SIM_58_bothSidesWaitForASignalBeforeTheyPut() {
    shows("SIM-58");
  }

  /** SIM-59: first one-sided call not made by every rank. */
  @Example
  public void required_SIM_59_firstOneSidedCallNotMadeByEveryRank() {
    shows("SIM-59");
  }

  /** SIM-60: two ranks put into the same range, nothing between them. */
  @Example
  public void required_SIM_60_twoRanksPutIntoTheSameRangeNothingBetweenThem() {
    shows("SIM-60");
  }

  /** SIM-61: host waits for a peer between its first operation and the peer's. */
  @Example
  public void required_SIM_61_hostWaitsForAPeerBetweenItsFirstOperationAndThePeers() {
    shows("SIM-61");
  }

  /** SIM-62: operation while a nonblocking communicator is in progress. */
  @Example
  @AlsoShows("ERR-06")
  public void required_SIM_62_operationWhileANonblockingCommunicatorIsInProgress() {
    shows("SIM-62");
  }
}
