package org.jccl.conformance.run;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jccl.conformance.harness.Lockstep;
import org.jccl.conformance.harness.LockstepSubject;
import org.jccl.conformance.harness.Options;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Subjects;

/**
 * A process that runs rules and says on standard output what it begins and what came out: whoever
 * started it can tell a hang or a crash by what is missing. Started by {@link Supervisor}.
 */
public final class Worker {
  private Worker() {}

  /** The subject's name, and a file with the names of the methods to run, a line each. */
  public static void main(String[] args) throws IOException {
    Subject subject = Subjects.named(args[0]);
    List<String> methods = Files.readAllLines(Path.of(args[1]));
    // What the library prints to standard output must not end up in the middle of a line of ours.
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    Consumer<String> started = method -> out.println(WorkerMessage.started(method));
    Optional<Lockstep> lockstep = Lockstep.ofEnvironment();
    if (lockstep.isPresent()) {
      inStep(new LockstepSubject(subject, lockstep.get()), lockstep.get(), methods, started, out);
    } else {
      ConformanceRun.run(
          subject, methods, started, result -> out.println(WorkerMessage.ended(result)));
    }
    out.println(WorkerMessage.END);
    if (lockstep.isPresent()) {
      // What the others are still to read goes with this process: it is killed when all are done.
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(Options.ruleSeconds()));
    }
    Runtime.getRuntime().halt(0); // Threads of rules that hung may keep the process alive.
  }

  /** A process that is out of step ends: the others wait for it in vain. */
  private static void inStep(
      Subject subject,
      Lockstep lockstep,
      List<String> methods,
      Consumer<String> started,
      PrintStream out) {
    ConformanceRun.runInOrder(
        subject,
        methods,
        started,
        result -> {
          out.println(WorkerMessage.ended(result));
          if (lockstep.isBroken() || result.outcome() == RuleResult.Outcome.BROKEN) {
            Runtime.getRuntime().halt(1);
          }
        });
  }
}
