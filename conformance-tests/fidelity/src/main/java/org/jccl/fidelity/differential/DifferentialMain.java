package org.jccl.fidelity.differential;

import java.io.IOException;
import java.nio.file.Path;
import org.jccl.BackendUnavailableException;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Subjects;

/** Differential runs by name of the subject; what {@code jccl differential} calls. */
public final class DifferentialMain {
  private DifferentialMain() {}

  /**
   * Runs {@code range} on the subject called {@code name}.
   *
   * @return {@link DifferentialRun#AGREE} or {@link DifferentialRun#DIFFER}
   * @throws IllegalArgumentException if there is no such subject, or it has too few ranks
   * @throws BackendUnavailableException if it cannot be opened here
   * @throws IOException if the results cannot be written
   */
  public static int run(String name, DifferentialRun.Range range, Path folder, RunScreen out)
      throws IOException {
    Subject subject = Subjects.named(name);
    int most = subject.capabilities().maxRanks();
    if (range.ranks() < 1 || range.ranks() > most) {
      throw new IllegalArgumentException(
          range.ranks() + " ranks cannot run on " + name + ": give 1 to " + most);
    }
    return DifferentialRun.run(subject, range, folder, out);
  }

  /** Backend, ranks, first seed, number of seeds, folder; and {@code lifecycle} for such. */
  public static void main(String[] args) throws IOException {
    boolean lifecycle = args.length > 5 && args[5].equals("lifecycle");
    DifferentialRun.Range range =
        new DifferentialRun.Range(
            Integer.parseInt(args[1]),
            Long.parseLong(args[2]),
            Integer.parseInt(args[3]),
            lifecycle);
    System.exit(run(args[0], range, Path.of(args[4]), RunScreen.plain(System.out)));
  }
}
