package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.ProfileOption;
import org.jccl.benchmarks.cli.option.ResultFolder;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.benchmarks.profile.Profile;
import org.jccl.fidelity.differential.DifferentialRun;
import org.jccl.fidelity.floats.FloatRun;
import org.jccl.file.BoundedFile;
import org.jccl.sim.machine.GpuProfile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jccl differential}: generated programs on a backend and on the simulator. */
@Command(
    name = "differential",
    description = "Runs generated programs on a backend and on the simulator and compares.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DifferentialCommand implements Callable<Integer> {
  @Option(
      names = "--backend",
      converter = Words.SubjectName.class,
      paramLabel = "NAME",
      description = "nccl, loopback, sim or sim-free (threads of their own). Default: loopback.")
  private String backend = "loopback";

  @Option(
      names = "--ranks",
      converter = Numbers.RanksOfAHost.class,
      paramLabel = "N",
      description = "Number of ranks. Default: 2.")
  private int ranks = 2;

  @Option(
      names = "--from",
      converter = Numbers.Seed.class,
      paramLabel = "SEED",
      description = "First seed. Default: 0.")
  private long from;

  @Option(
      names = "--count",
      converter = Numbers.Times.class,
      paramLabel = "K",
      description = "Number of seeds. Default: 100.")
  private int count = 100;

  @Option(
      names = "--lifecycle",
      description = "Programs of creation, splits, errors and ends of communicators.")
  private boolean lifecycle;

  @Option(
      names = "--floats",
      description =
          "Reductions of arbitrary numbers instead, alone and in groups: all bits of all ranks are"
              + " compared with what the simulator says NCCL computes. On nccl start it with"
              + " NCCL_NVLS_ENABLE=0; the simulator sees the process's NCCL_ variables. With"
              + " JCCL_TUNING=auto,kernels two of three are calls that jccl's own kernels carry out.")
  private boolean floats;

  @Option(
      names = "--profile",
      converter = ProfileOption.class,
      paramLabel = "NAME",
      description =
          "With --floats: machine that the simulator imitates, a name or a file. Default:"
              + " h200-nvswitch.")
  private @Nullable Profile profile;

  @Option(
      names = "--out",
      converter = Paths.FolderToWrite.class,
      paramLabel = "DIR",
      description =
          "Where the table goes, a line a seed; seeds that agree in it are not run again."
              + " Default: differential in jccl's target, or in jccl-results here.")
  private Path out = ResultFolder.named("differential");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (floats && lifecycle) {
      throw bad("--floats and --lifecycle are different cases: give one of them");
    }
    if (profile != null && !floats) {
      throw bad("--profile: only cases of --floats depend on the machine");
    }
    try (Watched watched = new Watched(spec)) {
      if (floats) {
        return FloatRun.run(config(), out, watched.screen());
      }
      DifferentialRun.Range range = new DifferentialRun.Range(ranks, from, count, lifecycle);
      return DifferentialRun.run(backend, range, out, watched.screen());
    } catch (IllegalArgumentException unknown) {
      throw bad(String.valueOf(unknown.getMessage()));
    } catch (IOException unwritable) {
      throw bad("--out: cannot write to '" + out + "': " + BoundedFile.why(unwritable));
    }
  }

  private FloatRun.FloatConfig config() {
    GpuProfile machine = profile == null ? GpuProfile.h200() : profile.machine();
    return new FloatRun.FloatConfig(backend, ranks, from, count, machine, System.getenv());
  }

  private ParameterException bad(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
