package org.jccl.benchmarks.cli;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jccl.CleanText;
import org.jccl.RankProgram;
import org.jccl.sim.explore.TestedProgram;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The class of a user's program, on its class path. */
final class ProgramClass {
  private final CommandSpec spec;
  private final String classPath;
  private final String className;

  ProgramClass(CommandSpec spec, String classPath, String className) {
    this.spec = spec;
    this.classPath = classPath;
    this.className = className;
  }

  /** A new object of the class, loaded by {@code loader}, which its threads have as theirs. */
  RankProgram program(ClassLoader loader) {
    RankProgram made = newObject(loader);
    return rank -> {
      Thread.currentThread().setContextClassLoader(loader);
      made.run(rank);
    };
  }

  private RankProgram newObject(ClassLoader loader) {
    try {
      return loadClass(loader).asSubclass(RankProgram.class).getConstructor().newInstance();
    } catch (ClassCastException other) {
      throw bad(className + " does not implement org.jccl.RankProgram");
    } catch (NoSuchMethodException | IllegalAccessException | InstantiationException closed) {
      throw bad(
          className + " needs to be a public class with a public constructor without arguments");
    } catch (InvocationTargetException failure) {
      throw failed("its constructor", failure.getTargetException());
    } catch (ExceptionInInitializerError failure) {
      Throwable cause = failure.getCause();
      throw failed("its static initializer", cause == null ? failure : cause);
    } catch (LinkageError broken) {
      throw failed("the class cannot be used", broken);
    }
  }

  /** The same for a JUnit class that is written for it. */
  TestedProgram replayed(List<String> args) {
    return TestedProgram.of(loadClass(loader()), args);
  }

  /** The main method of a class that is no {@link RankProgram}. */
  Optional<Method> mainMethod(ClassLoader loader) {
    Class<?> type = loadClass(loader);
    if (RankProgram.class.isAssignableFrom(type)) {
      return Optional.empty();
    }
    try {
      Method main = type.getMethod("main", String[].class);
      return Modifier.isStatic(main.getModifiers()) ? Optional.of(main) : Optional.empty();
    } catch (NoSuchMethodException none) {
      return Optional.empty();
    } catch (LinkageError broken) {
      throw failed("the class cannot be used", broken);
    }
  }

  private Class<?> loadClass(ClassLoader loader) {
    try {
      return Class.forName(className, false, loader);
    } catch (ClassNotFoundException missing) {
      throw bad("no class " + className + " on the class path " + classPath + ": give -cp PATH");
    } catch (UnsupportedClassVersionError newer) {
      throw bad(
          className
              + ": it is compiled for a newer Java than "
              + Runtime.version().feature()
              + ": give it compiled with --release "
              + Runtime.version().feature()
              + " ("
              + CleanText.messageOf(newer)
              + ")");
    } catch (NoClassDefFoundError other) { // another name than the file's, or a class it needs
      throw bad(
          "no class "
              + className
              + " on the class path "
              + classPath
              + " ("
              + CleanText.messageOf(other)
              + "): give -cp PATH");
    } catch (LinkageError broken) {
      throw bad(
          className
              + ": its file is broken: give one that javac wrote ("
              + CleanText.line(CleanText.of(broken))
              + ")");
    }
  }

  /** The program cannot even begin: one line, with what is behind it for {@code --stacktrace}. */
  private IllegalStateException failed(String what, Throwable why) {
    return new IllegalStateException(
        className + ": " + what + ": " + CleanText.line(CleanText.of(why)), why);
  }

  /** A loader of the program alone: its static fields are nobody else's. */
  URLClassLoader loader() {
    // Without a name, which stack traces would put before each class.
    return new URLClassLoader(urls(), ProgramClass.class.getClassLoader());
  }

  private URL[] urls() {
    return Stream.of(classPath.split(File.pathSeparator))
        .filter(entry -> !entry.isEmpty())
        .flatMap(this::entries)
        .map(ProgramClass::url)
        .toArray(URL[]::new);
  }

  /** One entry as java understands it: a folder, a jar, or all jars of a folder. */
  private Stream<Path> entries(String entry) {
    if (entry.endsWith(File.separator + "*")) {
      File[] jars = new File(entry).getParentFile().listFiles((dir, name) -> name.endsWith(".jar"));
      return jars == null ? Stream.empty() : Stream.of(jars).map(File::toPath);
    }
    Path path = Path.of(entry);
    if (!Files.exists(path)) {
      throw bad("-cp: there is no '" + entry + "'");
    }
    return Stream.of(path);
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private ParameterException bad(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
