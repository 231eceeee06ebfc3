package org.jccl.benchmarks.cli;

import java.util.ArrayList;
import java.util.List;
import org.jccl.benchmarks.cli.option.Texts;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which class of the user a command runs, where it lies, and what it is given. */
final class ProgramOptions {
  @Option(
      names = {"-cp", "--class-path"},
      converter = Texts.ClassPath.class,
      paramLabel = "PATH",
      description = "Folders and jars that hold the program, separated as for java. Default: here.",
      defaultValue = ".")
  private String classPath = ".";

  @Parameters(
      index = "0",
      paramLabel = "CLASS",
      converter = Texts.ClassName.class,
      description = "The program, an org.jccl.RankProgram; its constructor takes nothing.")
  private String className = "";

  @Parameters(index = "1..*", paramLabel = "ARG", description = "What Rank.args() gives.")
  private List<String> args = new ArrayList<>();

  /** The class; what is wrong with it is an error of the {@code command}. */
  ProgramClass program(CommandSpec command) {
    return new ProgramClass(command, classPath, className);
  }

  String classPath() {
    return classPath;
  }

  String className() {
    return className;
  }

  List<String> args() {
    return args;
  }
}
