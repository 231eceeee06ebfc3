package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.BackendConfig;
import org.jccl.benchmarks.bench.Timing;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.OptionValue;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.ProfileOption;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.benchmarks.predict.Calibrator;
import org.jccl.benchmarks.predict.Campaign;
import org.jccl.benchmarks.predict.ErrorTable;
import org.jccl.benchmarks.predict.PredictionSample;
import org.jccl.benchmarks.profile.Origin;
import org.jccl.benchmarks.profile.Profile;
import org.jccl.benchmarks.profile.ProfileFile;
import org.jccl.benchmarks.report.BenchReport;
import org.jccl.benchmarks.report.Environment;
import org.jccl.benchmarks.report.ReportFolder;
import org.jccl.benchmarks.report.ReportJson;
import org.jccl.benchmarks.report.Row;
import org.jccl.benchmarks.report.Settings;
import org.jccl.file.WholeFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl calibrate}: fits NCCL's model to what a machine measures. */
@Command(
    name = "calibrate",
    description =
        "Measures collectives and fits NCCL's model to their times: a profile for ./jccl "
            + "predict. Even powers of two are fitted; the other sizes test the fit.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CalibrateCommand implements Callable<Integer> {
  private static final long MIB = 1 << 20;

  @Option(
      names = "--out",
      converter = Paths.FileToWrite.class,
      required = true,
      paramLabel = "FILE",
      description = "The profile to write, for predict --profile.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Path out;

  @Option(
      names = "--backend",
      converter = Words.BackendName.class,
      paramLabel = "NAME",
      description = "nccl or sim; without it: nccl where GPUs and the library are found, else sim.")
  private @Nullable String backend;

  @Option(
      names = "--ranks",
      converter = Numbers.SeveralRanks.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "N",
      description = "Numbers of ranks to measure on: 2,4. Default: all GPUs on nccl, 4 on sim.")
  private int @Nullable [] ranks;

  @Option(
      names = "--profile",
      converter = ProfileOption.class,
      paramLabel = "NAME|FILE",
      defaultValue = "h200-nvswitch",
      description = "The machine, from which NCCL's choices follow. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Profile machine;

  private final CallOptions calls =
      new CallOptions()
          .operations(Campaign.WORKLOADS)
          .types(Campaign.TYPES)
          .most(1024 * MIB, 4 * MIB);

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private final CommandSpec callOptions = calls.spec();

  @Option(
      names = "--held-out",
      converter = Paths.FileToWrite.class,
      paramLabel = "FILE",
      description = "Measure the sizes between, too, and write the error of each into FILE (TSV).")
  private @Nullable Path heldOut;

  @Option(
      names = "--report",
      converter = Paths.FolderToWrite.class,
      paramLabel = "DIR",
      description = "Keep the measurements, a ranks-N.json for each N, for a later --measured.")
  private @Nullable Path report;

  @Option(
      names = "--measured",
      converter = Paths.FileToRead.class,
      split = OptionValue.LIST,
      splitSynopsisLabel = ",",
      paramLabel = "FILE",
      description = "Fit reports of ./jccl bench (report.json) instead of measuring.")
  private Path @Nullable [] measured;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  /** What is fitted, and where it comes from. */
  private record Data(List<PredictionSample> samples, int version, Origin origin) {}

  @Override
  public Integer call() throws IOException {
    if (report != null) {
      openFolder(report);
    }
    Data data = measured == null ? measure() : read(measured);
    List<PredictionSample> fitted =
        data.samples.stream().filter(PredictionSample::isFitted).toList();
    if (fitted.isEmpty()) {
      throw bad("--measured: there is no even power of two among the sizes");
    }
    Profile profile =
        Calibrator.fit(nameOf(out), machine.machine(), data.version, data.origin, fitted);
    WholeFile.write(out, ProfileFile.write(profile));
    PrintWriter screen = spec.commandLine().getOut();
    screen.println("# errors of the sizes that were fitted");
    Calibrator.errors(profile, fitted).print(screen);
    List<PredictionSample> others = data.samples.stream().filter(each -> !each.isFitted()).toList();
    if (!others.isEmpty()) {
      ErrorTable errors = Calibrator.errors(profile, others);
      screen.println("#");
      screen.println("# errors of the sizes that were held out");
      errors.print(screen);
      if (heldOut != null) {
        WholeFile.write(heldOut, errors.toTsv());
        screen.println("# wrote " + heldOut);
      }
    }
    screen.println("# wrote " + out);
    screen.flush();
    return 0;
  }

  private Data measure() throws IOException {
    int largest = ranks == null ? 0 : Arrays.stream(ranks).max().orElse(0);
    Long most = calls.givenMost();
    if (most != null && most < Campaign.LEAST) {
      throw bad(
          "--max-bytes: %d bytes leave nothing to fit: give at least %d"
              .formatted(most, Campaign.LEAST));
    }
    Integer wanted = ranks == null ? null : Integer.valueOf(largest);
    try (BackendOptions.Opened opened =
        BackendOptions.open(spec, backend, wanted, BackendConfig.defaults())) {
      Campaign campaign =
          new Campaign(
              calls.workloads(),
              calls.types(),
              calls.most(opened.backend().name().equals("nccl")),
              heldOut != null);
      List<PredictionSample> samples = new ArrayList<>();
      Environment environment = EnvironmentCard.of(opened);
      String clock = Timing.of(opened.backend(), Campaign.CLOCK).note();
      for (int n : ranks == null ? new int[] {opened.ranks()} : ranks) {
        List<Row> rows = campaign.run(opened.backend(), n, spec.commandLine().getErr());
        keep(n, new BenchReport(environment, settings(n, rows, clock), rows, List.of()));
        rows.forEach(row -> PredictionSample.of(row, n).forEach(samples::add));
      }
      return new Data(
          samples,
          opened.backend().ncclVersion(),
          new Origin(
              environment.started(),
              environment.devices(),
              environment.ncclVersion(),
              clock,
              commandLine()));
    }
  }

  private Settings settings(int n, List<Row> rows, String clock) {
    int most = rows.stream().mapToInt(row -> row.outOfPlace().iterations()).max().orElse(0);
    return new Settings(
        commandLine(), n, Campaign.WARMUPS, most, false, false, Campaign.CLOCK, clock);
  }

  /** Measurements cost a GPU machine's time: they can be fitted again without one. */
  private void keep(int n, BenchReport measurements) throws IOException {
    if (report != null) {
      WholeFile.write(report.resolve("ranks-" + n + ".json"), ReportJson.write(measurements));
    }
  }

  private Data read(Path[] files) {
    List<PredictionSample> samples = new ArrayList<>();
    Origin origin = null;
    for (Path file : files) {
      BenchReport read = ReportOption.read(spec, "--measured", file);
      samples.addAll(ReportOption.samples(spec, "--measured", file, read));
      origin =
          new Origin(
              read.environment().started(),
              read.environment().devices(),
              read.environment().ncclVersion(),
              read.settings().clockNote(),
              read.settings().command());
    }
    if (origin == null) {
      throw bad("--measured: no report is named");
    }
    return new Data(samples, version(origin.ncclVersion()), origin);
  }

  /** {@code 2.28.9 (imitated)} as a code. */
  private int version(String words) {
    int[] numbers =
        Arrays.stream(words.split(" ")[0].split("\\."))
            .filter(number -> number.matches("\\d{1,4}"))
            .mapToInt(Integer::parseInt)
            .toArray();
    if (numbers.length != 3) {
      throw bad("--measured: '%s' is no version of NCCL".formatted(words));
    }
    return numbers[0] * 10_000 + numbers[1] * 100 + numbers[2];
  }

  private void openFolder(Path folder) {
    try {
      ReportFolder.open(folder);
    } catch (IOException notThere) {
      throw bad("--report: " + notThere.getMessage());
    }
  }

  private static String nameOf(Path file) {
    return file.getFileName().toString().replaceFirst("\\.json$", "");
  }

  private String commandLine() {
    var words = spec.root().commandLine().getParseResult().originalArgs();
    return "jccl " + String.join(" ", words);
  }

  private ParameterException bad(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
