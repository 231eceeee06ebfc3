package org.jccl.fidelity.differential;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;

/** Compiles Java source and loads the class. */
final class Compiled {
  private Compiled() {}

  /** The class called {@code name} in {@code source}; files go to {@code folder}. */
  static Class<?> of(String name, String source, Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve(name + ".java"), source);
    StringWriter words = new StringWriter();
    PrintWriter out = new PrintWriter(words);
    int code =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                out,
                out,
                "-classpath",
                classPath(),
                "-proc:none",
                "-nowarn",
                "-d",
                folder.toString(),
                file.toString());
    if (code != 0) {
      throw new AssertionError(words + "\n" + source);
    }
    URI classes = folder.toUri();
    URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toURL()}, Compiled.class.getClassLoader());
    return loader.loadClass(name);
  }

  /** Tests may run on the module path, which the compiler takes as a class path, too. */
  private static String classPath() {
    String modules = System.getProperty("jdk.module.path", "");
    return System.getProperty("java.class.path", "") + File.pathSeparator + modules;
  }
}
