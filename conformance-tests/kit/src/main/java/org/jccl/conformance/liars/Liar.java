package org.jccl.conformance.liars;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** The liars, and the rules that must find each of them out. */
public enum Liar {
  /** Broadcasts what the root's neighbour has. */
  SWAPS_ROOTS(
      Lies.SWAPS_ROOTS,
      "elements are wrong",
      "required_COL_11_broadcastGivesEveryRankTheRootsElements"),
  /** Leaves the last element of a reduction out. */
  DROPS_THE_TAIL(
      Lies.DROPS_THE_TAIL, "elements are wrong", "required_COL_10_allReduceIsTheFoldOverRanks"),
  /** Does so only where there are more than three. */
  DROPS_LONG_TAILS(
      Lies.DROPS_LONG_TAILS, "DIF-01", "required_DIF_01_programsGiveEqualObservations"),
  /** Adds where the larger one is asked for. */
  SUMS_INSTEAD_OF_MAX(
      Lies.SUMS_INSTEAD_OF_MAX,
      "max",
      "required_RED_03_everyReductionTakesEveryType",
      "required_RED_05_signDecidesMinimumAndMaximum"),
  /** Adds where the average is asked for. */
  AVERAGES_WITHOUT_DIVIDING(
      Lies.AVERAGES_WITHOUT_DIVIDING,
      "100 and 100 give",
      "required_RED_09_integerAverageDividesTheWrappedSum"),
  /** Delivers all blocks of an all-gather but the last rank's. */
  DELIVERS_A_STALE_BLOCK(
      Lies.DELIVERS_A_STALE_BLOCK,
      "elements are wrong",
      "required_COL_14_allGatherConcatenatesInRankOrder"),
  /** Writes one element more than there are. */
  WRITES_PAST_THE_END(
      Lies.WRITES_PAST_THE_END,
      "outside the receive range",
      "required_COL_07_nothingElseIsWritten"),
  /** Uses the send buffer as scratch memory. */
  SPOILS_THE_SEND_BUFFER(
      Lies.SPOILS_THE_SEND_BUFFER,
      "of the send buffer was written",
      "required_COL_07_nothingElseIsWritten"),
  /** Enqueues on a stream of its own, so that results come too early or too late. */
  IGNORES_THE_STREAM(
      Lies.IGNORES_THE_STREAM, "chain", "required_STR_01_anOperationHasItsPlaceOnItsStream"),
  /** Exchanges the contents of two messages to the same peer. */
  SWAPS_MESSAGES(
      Lies.SWAPS_MESSAGES, "what came from rank", "required_P2P_01_theKthSendMeetsTheKthReceive"),
  /** Reduces in place into memory that nobody sees. */
  FORGETS_IN_PLACE(
      Lies.FORGETS_IN_PLACE, "in place", "required_COL_05_theExactInPlaceFormIsAllowed"),
  /** Adds without scaling. */
  IGNORES_SCALARS(Lies.IGNORES_SCALARS, "the scaled sum", "required_PMS_01_scalarsMayDiffer"),
  /** Gives the last rank other bits than the rest. */
  DIFFERS_ON_ONE_RANK(
      Lies.DIFFERS_ON_ONE_RANK, "differs from rank 0's", "required_RED_14_allRanksGetTheSameBits"),
  /** Does not make the last rank's call at all. */
  NEVER_COMES(Lies.NEVER_COMES, "MISSING_RANK", "required_COL_10_allReduceIsTheFoldOverRanks"),
  /** Takes an element type that there is not. */
  ACCEPTS_ANY_TYPE(
      RawLies.ACCEPTS_ANY_TYPE, "returned 0, expected 4", "required_TYP_02_typesOutOfRange"),
  /** Takes the first custom reduction before one is made. */
  ACCEPTS_OPERATION_5(
      RawLies.ACCEPTS_OPERATION_5, "with op 5", "required_RED_02_reductionsOutOfRange"),
  /** Looks at no argument of a call of count 0. */
  CHECKS_NOTHING_OF_COUNT_0(
      RawLies.CHECKS_NOTHING_OF_COUNT_0,
      ", x0 returned 0",
      "required_COL_08_rootsAndPeersOutOfRange"),
  /** Gives the wrong one of two similar codes. */
  SAYS_USAGE_FOR_ARGUMENT(
      RawLies.SAYS_USAGE_FOR_ARGUMENT, "returned 5, expected 4", "required_TYP_02_typesOutOfRange"),
  /** Wants a stream of its own. */
  REFUSES_THE_NULL_STREAM(
      RawLies.REFUSES_THE_NULL_STREAM, "on null", "required_STR_07_theNullStreamIsTheDevicesOwn"),
  /** Says the same about every result. */
  HAS_ONE_TEXT_FOR_ALL(
      RawLies.HAS_ONE_TEXT_FOR_ALL,
      "result 0: an error",
      "required_VER_02_everyResultHasATextOfItsOwn"),
  /** Leaves what was in the handle when creation fails. */
  KEEPS_THE_HANDLE(
      RawLies.KEEPS_THE_HANDLE, "the handle is not null", "required_INIT_04_ranksOutOfRange"),
  /** Destroys reductions that are not there. */
  DESTROYS_ANY_OPERATION(
      RawLies.DESTROYS_ANY_OPERATION,
      "returned 0, expected 4",
      "required_PMS_08_destroyingWhatIsNone"),
  /** Refuses a call and launches its group. */
  FORGETS_TO_POISON(
      RawLies.FORGETS_TO_POISON,
      "ncclGroupEnd",
      "required_GRP_13_everyOperationsErrorPoisons",
      "required_GRP_03_innerEndsSucceed"),
  /** Returns the first of several errors. */
  RETURNS_THE_FIRST_ERROR(
      RawLies.RETURNS_THE_FIRST_ERROR,
      "ncclGroupEnd returned",
      "required_GRP_12_theLastErrorIsReturned"),
  /** Fails a group because a query in it failed. */
  POISONS_BY_QUERIES(
      RawLies.POISONS_BY_QUERIES,
      "ncclGroupEnd returned 4, expected 0",
      "required_GRP_14_whatDoesNotPoison"),
  /** Discards a group and says that all is well. */
  ALWAYS_ENDS_WELL(
      RawLies.ALWAYS_ENDS_WELL,
      "returned 0, expected",
      "required_GRP_16_errorsFoundAtTheLaunch",
      "required_GRP_02_anEndWithoutAStart"),
  /** Leaves a failed group open. */
  LEAKS_DEPTH(
      RawLies.LEAKS_DEPTH,
      "an end without a start returned 0",
      "required_GRP_11_oneFailingCallDiscardsTheGroup"),
  /** Has one group for all threads. */
  SHARES_GROUPS_BETWEEN_THREADS(
      RawLies.SHARES_GROUPS_BETWEEN_THREADS,
      "the end of another thread's group returned 0",
      "required_GRP_04_aGroupBelongsToItsThread"),
  /** Makes the calls of a group at once. */
  RUNS_BEFORE_THE_END(
      RawLies.RUNS_BEFORE_THE_END,
      "ncclGroupEnd returned 0",
      "required_GRP_11_oneFailingCallDiscardsTheGroup"),
  /** Lets captured and other calls into one group. */
  IGNORES_CAPTURES(
      RawLies.IGNORES_CAPTURES,
      "captured otherwise than the first one returned 0",
      "required_STR_18_oneGroupOneCapture"),
  /** Loses messages to self. */
  ACCEPTS_LONE_MESSAGES_TO_SELF(
      RawLies.ACCEPTS_LONE_MESSAGES_TO_SELF,
      "a lone ncclSend to self returned 0",
      "required_P2P_05_loneMessagesToSelf"),
  /** Thinks that an empty message is none. */
  DROPS_EMPTY_SENDS(
      RawLies.DROPS_EMPTY_SENDS, "waits for", "required_P2P_04_emptyMessagesNeedNoMemory"),
  /** Has the codes of two reductions mixed up. */
  SWAPS_MAX_AND_MIN(
      RawLies.SWAPS_MAX_AND_MIN, "combined by op 2", "required_RED_01_everyReductionHasItsCode"),
  /** Knows one root only. */
  BROADCASTS_FROM_RANK_0(
      RawLies.BROADCASTS_FROM_RANK_0,
      "what root 1 sent",
      "required_COL_11_theRootIsARankAndItsSendBufferCounts"),
  /** Has a function that does nothing. */
  FORGETS_BCAST(
      RawLies.FORGETS_BCAST,
      "by ncclBcast",
      "required_COL_12_bcastRefusesAndCopiesAsBroadcastDoes"),
  /** Reduces for the ranks that are not the root as well. */
  REDUCES_FOR_ALL(
      RawLies.REDUCES_FOR_ALL,
      "recv, root",
      "required_COL_13_otherRanksReceiveBuffersAreLeftAlone"),
  /** Rounds addresses down to whole elements. */
  ALIGNS_ADDRESSES(RawLies.ALIGNS_ADDRESSES, "the bytes", "required_TYP_07_movesNeedNoAlignment"),
  /** Reads a scalar in device memory when it is given. */
  READS_SCALARS_AT_ONCE(
      RawLies.READS_SCALARS_AT_ONCE,
      "the sum, residence",
      "required_PMS_03_anyResidenceButHostIsDevice");

  private final Lie lie;
  private final String phrase;
  private final List<String> caughtBy;

  Liar(Lie lie, String phrase, String... caughtBy) {
    this.lie = lie;
    this.phrase = phrase;
    this.caughtBy = List.of(caughtBy);
  }

  /** A name for reports: {@code liar:swaps-roots}. */
  public String label() {
    return "liar:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What the failure must say. */
  public String phrase() {
    return phrase;
  }

  /** The rules, by their methods' names, each of which must fail. */
  public List<String> caughtBy() {
    return caughtBy;
  }

  Told alter(Told call) {
    return lie.alter(call);
  }

  void around(Told call, Consumer<Told> honest) {
    lie.around(call, honest);
  }

  Object answer(RawTold call) throws Throwable {
    return lie.answer(call);
  }

  boolean rearranges() {
    return lie.rearranges();
  }

  List<Told> rearrange(List<Told> calls) {
    return lie.rearrange(calls);
  }
}
