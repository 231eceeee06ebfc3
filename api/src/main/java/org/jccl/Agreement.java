package org.jccl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Decides whether ranks with these offers can open a communicator together. A pure function of the
 * exchanged list, so that every rank decides alike.
 */
final class Agreement {
  private Agreement() {}

  /** What speaks against going on, the same text on every rank; empty if nothing does. */
  static Optional<String> refusal(List<Offer> offers) {
    List<String> objections = new ArrayList<>();
    List<Integer> unable = new ArrayList<>();
    Map<Integer, Offer.Able> able = new LinkedHashMap<>();
    for (int rank = 0; rank < offers.size(); rank++) {
      switch (offers.get(rank)) {
        case Offer.Able offer -> able.put(rank, offer);
        case Offer.Unable ignored -> unable.add(rank);
      }
    }
    if (!unable.isEmpty()) {
      objections.add(ranks(unable) + " cannot open a communicator at all");
    }
    differing(able, offer -> offer.capability().backend())
        .ifPresent(values -> objections.add("the ranks have different backends: " + values));
    differing(able, offer -> versionText(offer.capability().version()))
        .ifPresent(
            values -> objections.add("the ranks have different NCCL versions (VER-04): " + values));
    differing(able, offer -> offer.warmUp() ? "on" : "off")
        .ifPresent(values -> objections.add("warm-up is not the same on all ranks: " + values));
    differing(able, Offer.Able::tuning)
        .ifPresent(values -> objections.add("tuning is not the same on all ranks: " + values));
    grouped(able, offer -> offer.capability().device())
        .forEach(
            (device, sharing) -> {
              if (sharing.size() > 1 && !allShare(able, sharing)) {
                objections.add(
                    ranks(sharing) + " share one device (INIT-07), give each its own: " + device);
              }
            });
    return objections.isEmpty() ? Optional.empty() : Optional.of(report(objections, offers));
  }

  /** Whether each of these ranks may share its device (rule INIT-08). */
  private static boolean allShare(Map<Integer, Offer.Able> able, List<Integer> ranks) {
    return able.entrySet().stream()
        .filter(each -> ranks.contains(each.getKey()))
        .allMatch(each -> each.getValue().capability().sharesDevice());
  }

  private static String report(List<String> objections, List<Offer> offers) {
    StringBuilder text = new StringBuilder("the ranks cannot open a communicator together: ");
    text.append(String.join("; ", objections));
    for (int rank = 0; rank < offers.size(); rank++) {
      text.append("\n  rank ").append(rank).append('/').append(offers.size()).append(": ");
      text.append(
          switch (offers.get(rank)) {
            case Offer.Able(Capability has, boolean ignored, String beside) ->
                has.backend()
                    + " "
                    + versionText(has.version())
                    + ", "
                    + has.library()
                    + ", device "
                    + has.device();
            case Offer.Unable(String reason) -> "cannot: " + reason.strip().replace("\n", "\n    ");
          });
    }
    return text.toString();
  }

  /** Which ranks have which value, if there is more than one value. */
  private static Optional<String> differing(
      Map<Integer, Offer.Able> able, Function<Offer.Able, String> property) {
    Map<String, List<Integer>> values = grouped(able, property);
    if (values.size() < 2) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    values.forEach((value, who) -> parts.add(value + " on " + ranks(who)));
    return Optional.of(String.join(", ", parts));
  }

  private static Map<String, List<Integer>> grouped(
      Map<Integer, Offer.Able> able, Function<Offer.Able, String> property) {
    Map<String, List<Integer>> values = new LinkedHashMap<>();
    able.forEach(
        (rank, offer) ->
            values.computeIfAbsent(property.apply(offer), key -> new ArrayList<>()).add(rank));
    return values;
  }

  private static String ranks(List<Integer> ranks) {
    return ranks.size() == 1 ? "rank " + ranks.getFirst() : "ranks " + ranks;
  }

  /** Rule VER-01; releases before 2.9 counted major in thousands. */
  static String versionText(int code) {
    int unit = code < 10_000 ? 1_000 : 10_000;
    return code / unit + "." + code % unit / 100 + "." + code % 100;
  }
}
