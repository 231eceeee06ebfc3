package org.jccl.benchmarks.cli;

import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.Backends;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.Words;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which backend, with how many ranks: options that several commands have. */
final class BackendOptions {
  /** Ranks on the simulator when nobody says how many. */
  private static final int SIMULATED_RANKS = 4;

  @Option(
      names = "--backend",
      converter = Words.BackendName.class,
      paramLabel = "NAME",
      description = "nccl or sim; without it: nccl where GPUs and the library are found, else sim.")
  @Nullable String backend;

  @Option(
      names = "--ranks",
      converter = Numbers.Ranks.class,
      paramLabel = "N",
      description = "Number of ranks; without it: all GPUs on nccl, 4 on sim.")
  @Nullable Integer ranks;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec command;

  /** An opened backend and what led to it. */
  record Opened(Backend backend, int ranks, String why) implements AutoCloseable {
    @Override
    public void close() {
      backend.close();
    }
  }

  /**
   * Opens what was asked for.
   *
   * @param config what else the command wants; the number of devices is set here
   * @throws ParameterException if there is no such backend, or it has too few devices
   */
  Opened open(BackendConfig config) {
    return open(command, backend, ranks, config);
  }

  /** The same for a command with options of its own. */
  static Opened open(
      CommandSpec command,
      @Nullable String backend,
      @Nullable Integer ranks,
      BackendConfig config) {
    Backends.Choice choice = choose(command, backend, config, ranks == null ? 0 : ranks);
    if (ranks == null && choice.name().equals("sim")) {
      choice = choose(command, backend, config, SIMULATED_RANKS);
    }
    Backend opened = choice.open();
    int devices = opened.devices().size();
    if (ranks != null && ranks > devices) {
      opened.close();
      throw bad(
          command,
          "--ranks: %d ranks need %d devices and %s has %d: give less, or take --backend sim"
              .formatted(ranks, ranks, choice.name(), devices));
    }
    return new Opened(opened, ranks == null ? devices : ranks, choice.why());
  }

  private static Backends.Choice choose(
      CommandSpec command, @Nullable String backend, BackendConfig config, int devices) {
    try {
      return Backends.choose(backend, config.toBuilder().devices(devices).build());
    } catch (IllegalArgumentException unknown) {
      throw bad(command, "--backend: " + unknown.getMessage());
    }
  }

  private static ParameterException bad(CommandSpec command, String what) {
    return new ParameterException(command.commandLine(), what);
  }
}
