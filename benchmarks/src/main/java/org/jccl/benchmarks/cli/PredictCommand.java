package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jccl.DataType;
import org.jccl.benchmarks.bench.SizeRange;
import org.jccl.benchmarks.bench.TypeNames;
import org.jccl.benchmarks.bench.WayTimes;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.ProfileOption;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.predict.ErrorTable;
import org.jccl.benchmarks.predict.Prediction;
import org.jccl.benchmarks.predict.PredictionJson;
import org.jccl.benchmarks.predict.PredictionSample;
import org.jccl.benchmarks.predict.PredictionTable;
import org.jccl.benchmarks.predict.Predictor;
import org.jccl.benchmarks.predict.TunedWay;
import org.jccl.benchmarks.profile.Profile;
import org.jccl.benchmarks.report.BenchReport;
import org.jccl.file.BoundedFile;
import org.jccl.file.WholeFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl predict}: what NCCL would choose on a machine, and how long it would take. */
@Command(
    name = "predict",
    description = "Predicts time, algorithm, protocol and channels of collectives by size.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PredictCommand implements Callable<Integer> {
  private final CallOptions calls =
      new CallOptions()
          .operations(List.of(Workload.ofLabel("all_reduce")))
          .type(DataType.FLOAT32)
          .least(8)
          .most(1 << 30)
          .factor("2");

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private final CommandSpec callOptions = calls.spec();

  @Option(
      names = "--ranks",
      converter = Numbers.SeveralRanks.class,
      required = true,
      paramLabel = "N",
      description = "Number of ranks, one GPU each; as many hosts as they need.")
  private int ranks;

  @Option(
      names = "--profile",
      converter = ProfileOption.class,
      paramLabel = "NAME|FILE",
      defaultValue = "h200-nvswitch",
      description =
          "The machine: a built-in profile, or a file of ./jccl calibrate. Default:"
              + " ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private Profile profile;

  @Option(
      names = "--ctas",
      converter = Numbers.Times.class,
      paramLabel = "N",
      description = "With --windows: thread blocks that the communicator gives NCCL.")
  private int ctas;

  @Option(
      names = "--windows",
      description = "Buffers lie in symmetric windows: NCCL has kernels of their own for them.")
  private boolean windows;

  @Option(names = "--kernels", description = "jccl's own kernels carry out small calls.")
  private boolean kernels;

  @Option(
      names = "--measured",
      converter = Paths.FileToRead.class,
      paramLabel = "FILE",
      description =
          "A report.json of ./jccl bench, or rounds.json of bench --tuned, whose prepared calls count:"
              + " its sizes, with the error of each prediction.")
  private @Nullable Path measured;

  @Option(
      names = "--json",
      converter = Paths.FileToWrite.class,
      paramLabel = "FILE",
      description = "Write the rows into FILE.")
  private @Nullable Path json;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    List<Workload> workloads = calls.workloads();
    DataType type = calls.type();
    Predictor predictor = new Predictor(profile);
    List<PredictionSample> samples =
        measured == null ? List.of() : samples(measured, workloads, type);
    List<Prediction> predictions =
        measured == null
            ? predictions(predictor, workloads, type)
            : samples.stream()
                .map(each -> predict(predictor, each.workload(), type, each.count()))
                .toList();
    PredictionJson rows = new PredictionJson();
    ErrorTable errors = new ErrorTable();
    for (int i = 0; i < predictions.size(); i++) {
      PredictionSample sample = measured == null ? null : samples.get(i);
      rows.row(profile.name(), predictions.get(i), sample);
      if (sample != null) {
        errors.add(sample, predictions.get(i));
      }
    }
    if (json != null) {
      write(json, rows.write());
    }
    PrintWriter out = spec.commandLine().getOut();
    PredictionTable table = new PredictionTable(out, measured != null);
    predictor.describe(ranks, type).forEach(table::comment);
    for (int i = 0; i < predictions.size(); i++) {
      table.row(predictions.get(i), measured == null ? null : samples.get(i));
    }
    if (!errors.isEmpty()) {
      table.comment("");
      errors.print(out);
    }
    if (json != null) {
      table.comment("wrote " + json);
    }
    out.flush();
    return 0;
  }

  private List<Prediction> predictions(
      Predictor predictor, List<Workload> workloads, DataType type) {
    Long factor = calls.givenFactor();
    SizeRange sizes = calls.sizes(spec, calls.most(), factor == null ? 2 : factor, null);
    List<Prediction> all = new ArrayList<>();
    for (Workload workload : workloads) {
      sizes
          .sizes()
          .map(bytes -> workload.operation().countFor(bytes, ranks, type.bytes()))
          .filter(count -> count > 0)
          .distinct()
          .forEach(count -> all.add(predict(predictor, workload, type, count)));
    }
    if (all.isEmpty()) {
      throw bad(
          "no size from %d to %d bytes holds one element a rank: raise --max-bytes"
              .formatted(calls.least(), calls.most()));
    }
    return all;
  }

  private Prediction predict(Predictor predictor, Workload workload, DataType type, long count) {
    try {
      return predictor.predict(workload, type, ranks, count, way());
    } catch (IllegalArgumentException impossible) {
      throw bad(String.valueOf(impossible.getMessage()));
    }
  }

  private TunedWay way() {
    if (ctas > 0 && !windows) {
      throw bad("--ctas: only with --windows, for whose kernels the number counts");
    }
    return new TunedWay(ctas, windows, kernels);
  }

  /** Every line of the way that is predicted, or null if it is no file of rounds. */
  private @Nullable List<PredictionSample> rounds(Path file) {
    PageSource source;
    try {
      source = PageSource.read(file);
    } catch (BadFileException bad) {
      throw bad("--measured: " + bad.getMessage());
    }
    if (!(source instanceof PageSource.Rounds rounds)) {
      return null;
    }
    List<PredictionSample> all = new ArrayList<>();
    int on = Integer.parseInt(rounds.report().machine().replaceFirst("^(\\d+) x .*", "$1"));
    if (on != ranks) {
      throw bad("--measured: %s was measured on %d ranks, not on %d".formatted(file, on, ranks));
    }
    for (WayTimes each : rounds.report().times()) {
      if (each.way().equals(way().inRounds())) {
        Workload workload = Workload.ofLabel(each.operation());
        DataType type = DataType.FLOAT32;
        long count = workload.operation().countFor(each.bytes(), ranks, type.bytes());
        all.add(new PredictionSample(workload, type, ranks, count, each.bytes(), each.median()));
      }
    }
    return all;
  }

  /** The rows of a report that are asked for. */
  private List<PredictionSample> samples(Path file, List<Workload> workloads, DataType type) {
    List<PredictionSample> rounds = rounds(file);
    return asked(file, rounds == null ? rows(file) : rounds, workloads, type);
  }

  private List<PredictionSample> rows(Path file) {
    BenchReport report = ReportOption.read(spec, "--measured", file);
    if (report.settings().ranks() != ranks) {
      throw bad(
          "--measured: %s was measured on %d ranks, not on %d"
              .formatted(file, report.settings().ranks(), ranks));
    }
    return ReportOption.samples(spec, "--measured", file, report);
  }

  private List<PredictionSample> asked(
      Path file, List<PredictionSample> all, List<Workload> workloads, DataType type) {
    List<PredictionSample> asked =
        all.stream()
            .filter(each -> workloads.contains(each.workload()) && each.type() == type)
            .filter(each -> each.bytes() >= calls.least() && each.bytes() <= calls.most())
            .toList();
    if (asked.isEmpty()) {
      throw bad(
          "--measured: %s has no row of %s in %s from %d to %d bytes"
              .formatted(
                  file,
                  workloads.stream().map(Workload::label).collect(Collectors.joining(",")),
                  TypeNames.of(type),
                  calls.least(),
                  calls.most()));
    }
    return asked;
  }

  private void write(Path file, String text) {
    try {
      WholeFile.write(file, text);
    } catch (IOException e) {
      throw bad("--json: cannot write '%s': %s".formatted(file, BoundedFile.why(e)));
    }
  }

  private ParameterException bad(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
