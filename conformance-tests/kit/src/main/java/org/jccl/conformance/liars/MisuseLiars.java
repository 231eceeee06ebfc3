package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.conceal;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jccl.CheckLevel;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.conformance.harness.Reporting;
import org.jspecify.annotations.Nullable;

/** Liars about the reports of misuse (chapter 11: SIM). */
final class MisuseLiars {
  private MisuseLiars() {}

  static List<Liar> all() {
    String unreported = "expected: \"report ";
    return List.of(
        sim(
            liar("Checks nothing", ForwardedCall::honest)
                .opened(wishes -> wishes.with(CheckLevel.NONE)),
            unreported,
            "1 2 3 4 5 6 8 9 10 15 16 17 19 22 23 24 28 29 31 32 33 34 35 37 38 39 41 42 49 50 54"
                + " 55 60 63"),
        sim(
            liar("Is never strict", ForwardedCall::honest).opened(wishes -> wishes.with(false)),
            unreported,
            "61"),
        sim(
            liar("Throws no report", MisuseLiars::silent),
            unreported,
            "21 22 23 24 27 29 31 32 33 34 37 38 39 41 42 44 47 48 49 59"),
        sim(
            sim(
                liar("Gives no error codes", conceal(ForwardedCall::isRaw)),
                "expected: \"code ",
                "14 30 40 46 51 53 56 57 62"),
            unreported,
            "45"),
        sim(
            liar("Names other ranks", retold(MisuseLiars::otherRanks)),
            "Expecting empty but was: [\"rank ",
            "1 2 3 4 5 6 18 19 21 25 26 27 29 31 32 33 36 47 48 55 59"),
        sim(
            liar("Has one kind of report", retold(MisuseLiars::oneKind)),
            "but was: \"report RMA_RACE",
            "1 2 3 4 5 6 11 18 19 21 22 23 24 25 26 27 29 31 32 33 34 36 37 38 39 41 42 44 47 48 49"
                + " 55 59 61"),
        sim(
            liar("Reports without words", retold(MisuseLiars::wordless)),
            "Expecting empty but was: [\"",
            "1 3 5 6 11 25"),
        sim(
            liar("Warns of nothing", ForwardedCall::honest).opened(warning((told, text) -> {})),
            unreported,
            "10 16 17"),
        sim(
            liar("Warns twice", ForwardedCall::honest).opened(warning(MisuseLiars::twice)),
            "each report is told once",
            "10 17"),
        sim(
            liar("Warns without words", ForwardedCall::honest)
                .opened(warning((told, text) -> told.accept(text.split("\\W", 2)[0]))),
            "Expecting empty but was: [\"rank ",
            "10"),
        sim(
            liar("Is alarmed by what is legal", ForwardedCall::honest).opened(MisuseLiars::alarmed),
            "the legal neighbour: warning: RMA_RACE",
            "7 12 13 20 43 52 58"));
  }

  private static Liar sim(Liar liar, String phrase, String rules) {
    Liar all = liar;
    for (String rule : rules.split(" ")) {
      all = all.breaks("SIM-%02d".formatted(Integer.parseInt(rule)), phrase);
    }
    return all;
  }

  private static Reporting alarmed(Reporting wishes) {
    wishes.warnings().accept(MisuseKind.RMA_RACE + ": there might be one");
    return wishes;
  }

  private static void twice(Consumer<String> told, String text) {
    told.accept(text);
    told.accept(text);
  }

  private static @Nullable Object silent(ForwardedCall call) throws Throwable {
    try {
      return call.honest();
    } catch (ReportedMisuse report) {
      return call.method().getReturnType() == int.class ? Lies.SUCCESS : null;
    }
  }

  private static Lie retold(UnaryOperator<ReportedMisuse> as) {
    return call -> {
      try {
        return call.honest();
      } catch (ReportedMisuse report) {
        throw as.apply(report);
      }
    };
  }

  private static ReportedMisuse otherRanks(ReportedMisuse report) {
    return new ReportedMisuse(report.kind(), List.of(97), String.valueOf(report.getMessage()));
  }

  private static ReportedMisuse oneKind(ReportedMisuse report) {
    return new ReportedMisuse(
        MisuseKind.RMA_RACE, report.ranks(), String.valueOf(report.getMessage()));
  }

  private static ReportedMisuse wordless(ReportedMisuse report) {
    return new ReportedMisuse(report.kind(), report.ranks(), report.kind().toString());
  }

  /** What is done with a warning. */
  @FunctionalInterface
  private interface Warning {
    void tell(Consumer<String> told, String text);
  }

  private static UnaryOperator<Reporting> warning(Warning warning) {
    return wishes ->
        wishes.with(
            text -> {
              if (text.startsWith("leak")) {
                wishes.warnings().accept(text);
              } else {
                warning.tell(wishes.warnings(), text);
              }
            });
  }
}
