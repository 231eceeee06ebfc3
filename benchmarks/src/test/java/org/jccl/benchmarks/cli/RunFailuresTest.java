package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Programs that cannot run, or end badly: what {@code jccl run} prints of them. */
class RunFailuresTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return jccl.execute(args);
  }

  private String lineOf(String program, String... args) {
    String[] line = {"run", "--backend", "sim", "--ranks", "2", "-cp", args[0], program};
    assertThat(run(line)).as(err.toString()).isEqualTo(1);
    return err.toString();
  }

  private String refused(String program, String folder) {
    assertThat(run("run", "--backend", "sim", "--ranks", "2", "-cp", folder, program))
        .as(err.toString())
        .isEqualTo(2);
    return err.toString();
  }

  /** Its class cannot be initialized. */
  public static final class Unset implements RankProgram {
    private static final int LENGTH = Integer.parseInt("none\u001B[2J");

    @Override
    public void run(Rank rank) {
      throw new IllegalStateException("never reached " + LENGTH);
    }
  }

  /** It cannot be made. */
  public static final class Unmade implements RankProgram {
    /** Fails. */
    public Unmade() {
      throw new StackOverflowError("too deep");
    }

    @Override
    public void run(Rank rank) {}
  }

  /** Says what it was given. */
  public static final class Told implements RankProgram {
    @Override
    public void run(Rank rank) {
      throw new IllegalStateException("arguments " + rank.args());
    }
  }

  /** A test's assertion fails. */
  public static final class Asserting implements RankProgram {
    @Override
    public void run(Rank rank) {
      if (rank.rank() == 1) {
        throw new AssertionError("expected 3 but was 4");
      }
      rank.communicator().barrier();
      rank.communicator().defaultStream().synchronize();
    }
  }

  @Test
  void staticInitializerThatFails_isOneLine() {
    assertThat(lineOf(Unset.class.getName(), "."))
        .isEqualTo(
            "jccl run: "
                + Unset.class.getName()
                + ": its static initializer: java.lang.NumberFormatException: For input string:"
                + " \"none\\u001B[2J\"\n");
  }

  @Test
  void constructorThatFails_isOneLine_andNoInvocationTargetException() {
    assertThat(lineOf(Unmade.class.getName(), "."))
        .endsWith(": its constructor: java.lang.StackOverflowError: too deep\n")
        .hasLineCount(1);
  }

  @Test
  void classFilesThatAreBroken_areOneLine(@TempDir Path folder) throws IOException {
    byte[] whole = bytesOf(Told.class);
    Files.write(folder.resolve("Cut.class"), Arrays.copyOf(whole, 200));
    assertThat(refused("Cut", folder.toString()))
        .contains("Cut: its file is broken: give one that javac wrote (java.lang.ClassFormatError")
        .hasLineCount(1);

    byte[] newer = whole.clone();
    newer[7] = 99;
    Files.write(folder.resolve("Newer.class"), newer);
    err.getBuffer().setLength(0);
    assertThat(refused("Newer", folder.toString()))
        .contains("Newer: it is compiled for a newer Java than " + Runtime.version().feature())
        .hasLineCount(1);
  }

  private static byte[] bytesOf(Class<?> type) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    try (InputStream file = type.getClassLoader().getResourceAsStream(name)) {
      return file.readAllBytes();
    }
  }

  @Test
  void argumentsThatBeginWithAt_areThePrograms() {
    assertThat(run("run", "--backend", "sim", "--ranks", "1", Told.class.getName(), "@pom.xml"))
        .isEqualTo(1);
    assertThat(err.toString()).contains("arguments [@pom.xml]");
  }

  @Test
  void assertionOfARank_isToldWithItsReport() {
    assertThat(run("run", "--backend", "sim", "--ranks", "2", Asserting.class.getName()))
        .isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "jccl run: java.lang.AssertionError: expected 3 but was 4\n",
            "rank 1/2 failed first",
            "consequences: rank 0 (CommunicatorAbortedException)",
            "replay: schedule fifo, 2 devices")
        .doesNotContain("\tat ");
  }
}
