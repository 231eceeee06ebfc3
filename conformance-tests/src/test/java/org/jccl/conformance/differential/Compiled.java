package org.jccl.conformance.differential;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles Java source in memory. */
final class Compiled extends ClassLoader {
  private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();

  private Compiled() {
    super(Compiled.class.getClassLoader());
  }

  /** The class called {@code name} in {@code source}. */
  static Class<?> of(String name, String source) throws Exception {
    Compiled loader = new Compiled();
    JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null);
    StringWriter words = new StringWriter();
    boolean compiles =
        compiler
            .getTask(
                words,
                loader.files(standard),
                null,
                List.of("-classpath", classPath(), "-proc:none", "-nowarn"),
                null,
                List.of(text(name, source)))
            .call();
    if (!compiles) {
      throw new AssertionError(words + "\n" + source);
    }
    return loader.loadClass(name);
  }

  /** Tests may run on the module path, where a compiler of the class path finds them, too. */
  private static String classPath() {
    String modules = System.getProperty("jdk.module.path", "");
    String classes = System.getProperty("java.class.path", "");
    return classes + java.io.File.pathSeparator + modules;
  }

  private static JavaFileObject text(String name, String source) {
    URI uri = URI.create("string:///" + name + ".java");
    return new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source;
      }
    };
  }

  private JavaFileManager files(StandardJavaFileManager standard) {
    return new ForwardingJavaFileManager<StandardJavaFileManager>(standard) {
      @Override
      public JavaFileObject getJavaFileForOutput(
          Location location,
          String name,
          JavaFileObject.Kind kind,
          javax.tools.FileObject sibling) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        classes.put(name, bytes);
        return new SimpleJavaFileObject(URI.create("mem:///" + name + ".class"), kind) {
          @Override
          public OutputStream openOutputStream() {
            return bytes;
          }
        };
      }
    };
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    ByteArrayOutputStream bytes = classes.get(name);
    if (bytes == null) {
      throw new ClassNotFoundException(name);
    }
    byte[] code = bytes.toByteArray();
    return defineClass(name, code, 0, code.length);
  }
}
