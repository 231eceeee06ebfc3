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
  NEVER_COMES(Lies.NEVER_COMES, "DEADLOCK", "required_COL_10_allReduceIsTheFoldOverRanks");

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

  boolean rearranges() {
    return lie.rearranges();
  }

  List<Told> rearrange(List<Told> calls) {
    return lie.rearrange(calls);
  }
}
