package org.jccl.benchmarks.screen;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jccl.conformance.harness.Colors;

/**
 * The terminal of this process, if it has one. One line at its end may tell how far a command is:
 * it goes away before anything else is printed, and never takes the place of half a line.
 */
public final class Screen {
  /** What the launcher found: {@code out,err,120}, what is a terminal and how wide it is. */
  static final String TERMINAL = "jccl.terminal";

  private static final String ERASE = "\r\033[K";
  private static final int LEAST_WIDTH = 20;
  private static final int USUAL_WIDTH = 80;
  private static final int MOST_HELP_WIDTH = 120;
  private static final Screen OF_PROCESS = new Screen(System.getProperty(TERMINAL, ""), System.err);

  private static volatile When colors = When.AUTO;

  /** When words are coloured. */
  public enum When {
    /** On a terminal, unless {@code NO_COLOR} is set. */
    AUTO,
    /** Also in files and pipes. */
    ALWAYS,
    /** Nowhere. */
    NEVER
  }

  private final boolean outIsTerminal;
  private final boolean errIsTerminal;
  private final int width;
  private final PrintStream terminal;
  private boolean shown;
  private boolean withinLine;

  /** A screen as the launcher has told it, whose progress goes to {@code terminal}. */
  Screen(String told, PrintStream terminal) {
    List<String> words = new ArrayList<>(List.of(told.split(",")));
    this.outIsTerminal = words.remove("out");
    this.errIsTerminal = words.remove("err");
    this.width = words.isEmpty() ? USUAL_WIDTH : number(words.getFirst());
    this.terminal = terminal;
  }

  private static int number(String word) {
    try {
      return Math.max(LEAST_WIDTH, Integer.parseInt(word));
    } catch (NumberFormatException others) {
      return USUAL_WIDTH;
    }
  }

  /** This process's. */
  public static Screen get() {
    return OF_PROCESS;
  }

  /** Whether an option of this JVM is here for the screen alone: it says nothing to people. */
  public static boolean isOwnOption(String option) {
    return option.startsWith("-D" + TERMINAL + "=")
        || option.startsWith("-D" + StandardError.COPY + "=");
  }

  /** Says when words are coloured, from now on. */
  public static void color(When when) {
    colors = when;
  }

  /** Colours of what goes to standard output. */
  public Colors out() {
    return colors(outIsTerminal);
  }

  /** Colours of what goes to standard error. */
  public Colors err() {
    return colors(errIsTerminal);
  }

  private static Colors colors(boolean isTerminal) {
    String no = System.getenv("NO_COLOR");
    boolean wanted = isTerminal && (no == null || no.isEmpty());
    return switch (colors) {
      case ALWAYS -> Colors.ON;
      case NEVER -> Colors.OFF;
      case AUTO -> wanted ? Colors.ON : Colors.OFF;
    };
  }

  /** How long lines of help are: as the terminal is wide, within what can be read well. */
  public int helpWidth() {
    return Math.clamp(width, USUAL_WIDTH, MOST_HELP_WIDTH);
  }

  /** Whether a line of progress can be seen. */
  boolean showsProgress() {
    return errIsTerminal;
  }

  /**
   * From now on all that the process prints makes the line of progress go away first, and a program
   * that closes a standard stream ends it for nobody else.
   */
  public void begin() {
    if (errIsTerminal) {
      System.setOut(erasing(FileDescriptor.out, System.out, outIsTerminal));
      System.setErr(erasing(FileDescriptor.err, System.err, true));
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::erase));
    }
    System.setOut(new SharedOutput(System.out));
    System.setErr(new SharedOutput(System.err));
  }

  private PrintStream erasing(FileDescriptor file, PrintStream before, boolean isTerminal) {
    OutputStream to = new BufferedOutputStream(new FileOutputStream(file));
    return new PrintStream(new Erasing(to, isTerminal), true, before.charset());
  }

  /** Writes the line of progress anew. */
  synchronized void show(String line) {
    if (!withinLine) {
      terminal.print(ERASE + line.substring(0, Math.min(line.length(), width - 1)));
      terminal.flush();
      shown = true;
    }
  }

  /** Takes the line of progress away. */
  synchronized void erase() {
    if (shown) {
      terminal.print(ERASE);
      terminal.flush();
      shown = false;
    }
  }

  private synchronized void ends(int lastByte) {
    withinLine = lastByte != '\n';
  }

  private final class Erasing extends FilterOutputStream {
    private final boolean isTerminal;

    Erasing(OutputStream to, boolean isTerminal) {
      super(to);
      this.isTerminal = isTerminal;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      if (count == 0) {
        return;
      }
      if (isTerminal) {
        erase();
        ends(bytes[from + count - 1]);
      }
      out.write(bytes, from, count);
    }
  }
}
