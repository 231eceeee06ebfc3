package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.BackendUnavailableException;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.OptionValue;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.ResultFolder;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.conformance.harness.Subjects;
import org.jccl.conformance.run.VerifyRun;
import org.jccl.fidelity.golden.BadRecordingException;
import org.jccl.fidelity.golden.GoldenRecording;
import org.jccl.fidelity.golden.GoldenRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl verify}: the rule book on one backend, without Maven. */
@Command(
    name = "verify",
    description =
        "Shows the rules of the book on one backend: a line a rule (passed, failed, skipped,"
            + " untestable) and the totals. Ends with 1 if a rule failed.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  @Option(
      names = "--backend",
      converter = Words.SubjectName.class,
      paramLabel = "NAME",
      defaultValue = "sim",
      description = "sim, sim-free (threads of their own), loopback or nccl. Default: sim.")
  private String backend = "sim";

  @Option(
      names = "--rule",
      converter = Texts.Rules.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "ID|CHAPTER",
      description =
          "Only these: an id (COL-04), a prefix (COL) or a chapter's number (6). Default: all.")
  private List<String> rules = List.of();

  @Option(
      names = "--nccl-version",
      converter = Texts.Version.class,
      paramLabel = "X.Y.Z",
      description =
          "The version of NCCL that sim or loopback imitates; rules about later ones are not run."
              + " Default: 2.28.9, and a later one for what is younger.")
  private @Nullable Integer version;

  @Option(
      names = "--processes",
      converter = Numbers.RanksOfAHost.class,
      paramLabel = "N",
      description =
          "Run the rules with N ranks, each in a process of its own that runs the same rules, with"
              + " nccl or loopback. Tests whose ranks must be in one process are listed as such."
              + " Default: one process that has all ranks.")
  private @Nullable Integer processes;

  @Option(
      names = "--golden",
      paramLabel = "DIR",
      arity = "0..1",
      fallbackValue = Paths.Recordings.COMMITTED,
      converter = Paths.Recordings.class,
      description =
          "Instead of rules, replay the recordings of NCCL's results in DIR (summary.json and"
              + " results.jsonl.gz, see docs/golden.md) on the simulator: the same bits, or ends with"
              + " 1. Without DIR: those that come with jccl, made on H200s.")
  private @Nullable String golden;

  @Option(
      names = "--out",
      converter = Paths.FolderToWrite.class,
      paramLabel = "DIR",
      description =
          "Where rules-NAME.tsv, tests-NAME.tsv and verify-NAME.log go. Default: conformance in"
              + " jccl's target, or in jccl-results here.")
  private Path out = ResultFolder.named("conformance");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() {
    String recordings = golden;
    try (Watched watched = new Watched(spec)) {
      return recordings == null ? rules(watched.screen()) : replay(recordings, watched.screen());
    }
  }

  private int rules(RunScreen screen) {
    String name = version == null ? backend : Subjects.as(backend, version);
    try {
      return new VerifyRun(screen).run(name, rules, out, processes == null ? 0 : processes);
    } catch (IllegalArgumentException | BackendUnavailableException unusable) {
      throw bad(String.valueOf(unusable.getMessage()));
    } catch (IOException failed) {
      throw bad("--out: cannot write " + failed.getMessage());
    }
  }

  private int replay(String recordings, RunScreen screen) {
    if (!rules.isEmpty()) {
      throw bad("--golden and --rule exclude each other: recordings are no rules");
    }
    if (processes != null) {
      throw bad("--golden and --processes exclude each other: recordings need no ranks");
    }
    if (version != null) {
      throw bad("--golden and --nccl-version exclude each other: recordings say their version");
    }
    if (!backend.equals("sim")) {
      throw bad("--golden: recordings are replayed on the simulator, not on '" + backend + "'");
    }
    try {
      boolean own = recordings.equals(Paths.Recordings.COMMITTED);
      GoldenRecording recording =
          own ? GoldenRecording.committed() : GoldenRecording.open(Path.of(recordings));
      return new GoldenRun(screen).run(recording);
    } catch (BadRecordingException unusable) {
      throw bad("--golden: " + String.valueOf(unusable.getMessage()));
    }
  }

  private ParameterException bad(String words) {
    return new ParameterException(spec.commandLine(), words);
  }
}
