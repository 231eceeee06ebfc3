package org.jccl.conformance.misuse;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jccl.conformance.harness.Subject;
import org.jccl.ops.NcclFunction;

/**
 * Runs programs in this process, which may not survive them: {@code SUBJECT SIM-01/misuse
 * SIM-02/neighbour …}. Tells each call as it is made and each verdict, a line each.
 */
public final class MisuseProcess {
  /** Starts every line that is for the survey. */
  static final String MARK = "@@ ";

  /** Exit code after a hang: threads of it are left behind. */
  static final int HUNG = 3;

  private MisuseProcess() {}

  /** Runs what the arguments say and ends the process at once, whatever threads are left. */
  public static void main(String[] args) throws Exception {
    PrintStream out = System.out;
    MisuseSubject subject = MisuseSubject.named(args[0]);
    for (String program : List.of(args).subList(1, args.length)) {
      String[] parts = program.split("/");
      MisuseCase misuse = MisuseCases.byId(parts[0]);
      MisuseCase.Part part = MisuseCase.Part.valueOf(parts[1].toUpperCase(Locale.ROOT));
      tell(out, "begin " + program);
      MisuseVerdict verdict = verdict(subject, misuse, part, line -> tell(out, line));
      tell(out, "end " + verdict.toLine());
      if (!verdict.cameBack()) {
        Runtime.getRuntime().halt(HUNG);
      }
    }
    Runtime.getRuntime().halt(0);
  }

  private static void tell(PrintStream out, String line) {
    out.println(MARK + line);
    out.flush();
  }

  /** Runs one program in this process. */
  static MisuseVerdict verdict(
      MisuseSubject subject, MisuseCase misuse, MisuseCase.Part part, Consumer<String> told) {
    Sightings seen = new Sightings(told);
    return verdict(subject::open, subject.reports(), misuse, part, seen);
  }

  /** Opens a fresh subject for a row; what it warns of goes to the sightings. */
  @FunctionalInterface
  interface Opening {
    Subject.Instance open(MisuseCase misuse, Sightings seen);
  }

  /**
   * Runs one program in this process.
   *
   * @param reports whether the subject ends every wait by itself
   */
  static MisuseVerdict verdict(
      Opening subject, boolean reports, MisuseCase misuse, MisuseCase.Part part, Sightings seen) {
    long start = System.nanoTime();
    boolean came = false;
    try {
      Subject.Instance instance = subject.open(misuse, seen);
      if (instance.backend().devices().size() < misuse.devices()) {
        seen.notRun("needs " + misuse.devices() + " GPUs");
        came = true;
      } else if (instance.backend().ncclVersion() < misuse.since()) {
        seen.notRun(
            "needs NCCL "
                + NcclFunction.text(misuse.since())
                + ", found "
                + NcclFunction.text(instance.backend().ncclVersion()));
        came = true;
      } else {
        came = MisuseRun.run(misuse, part, instance, reports, seen);
        if (came && reports) {
          instance.close();
        }
      }
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failure) {
      MisuseRun.note(seen, 0, failure);
      came = true;
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    return new MisuseVerdict(misuse.id(), part, seen.outcome(), seen.detail(), millis, came);
  }
}
