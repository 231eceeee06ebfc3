package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jccl.CleanText;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.nccl.RasClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jccl watch}: what NCCL itself says of a job that runs. */
@Command(
    name = "watch",
    description =
        "Asks a job that runs, in Java or not, how its ranks are: NCCL's own service, "
            + "RAS, answers for all processes of the job, since NCCL 2.24: communicators, ranks "
            + "that do not answer or are dead, and counts of calls that differ. Any host of the "
            + "job will do. Exit code 1 if there is no answer, or not all of it.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class WatchCommand implements Callable<Integer> {
  private static final double NANOS = 1e9;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Option(
      names = "--host",
      converter = Texts.Host.class,
      paramLabel = "HOST",
      description =
          "A host on which a process of the job runs. Default: by NCCL_RAS_ADDR, or localhost.")
  private @Nullable String host;

  @Option(
      names = "--port",
      converter = Numbers.Port.class,
      paramLabel = "PORT",
      description = "The port of RAS. Default: by NCCL_RAS_ADDR, or 28028.")
  private @Nullable Integer port;

  @Option(
      names = "--timeout",
      converter = Numbers.TimeLimit.class,
      paramLabel = "SECONDS",
      description = "How long to wait for the whole answer. Default: 10.")
  private double timeout = 10;

  @Option(
      names = "--verbose",
      description = "Tell of every rank, not only of those that stand out.")
  private boolean verbose;

  @Option(names = "--json", description = "Ask for JSON, which NCCL can write since 2.28.7.")
  private boolean json;

  @Override
  public Integer call() {
    InetSocketAddress usual = RasClient.address(System.getenv(RasClient.VARIABLE));
    RasClient client =
        new RasClient(
            host == null ? usual.getHostString() : host,
            port == null ? usual.getPort() : port,
            Duration.ofNanos((long) (timeout * NANOS)));
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      RasClient.Answer answer = client.status(verbose, json);
      answer.text().lines().map(CleanText::line).forEach(out::println);
      out.flush();
      if (!answer.isWhole()) {
        err.println("jccl watch: " + answer.lacking());
      }
      return answer.isWhole() ? 0 : 1;
    } catch (IOException none) {
      err.println("jccl watch: " + CleanText.line(none.getMessage()));
      return 1;
    }
  }
}
