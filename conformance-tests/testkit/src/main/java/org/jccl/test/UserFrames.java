package org.jccl.test;

import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import org.jccl.UserCode;
import org.jspecify.annotations.Nullable;

/** Stack frames without those of the JDK, test tools, jccl and this kit. */
final class UserFrames {
  private static final List<String> OTHERS =
      List.of("net.jqwik.", "org.apache.maven.surefire.", "com.intellij.rt.", "org.gradle.");

  private final ClassLoader loader;

  private final String kit = origin(UserFrames.class);

  UserFrames(Class<?> test) {
    ClassLoader own = test.getClassLoader();
    this.loader = own == null ? ClassLoader.getSystemClassLoader() : own;
  }

  /** The frames of the user's code. */
  StackTraceElement[] of(Throwable failure) {
    List<StackTraceElement> own = new ArrayList<>();
    for (StackTraceElement frame : failure.getStackTrace()) {
      if (isUsers(frame)) {
        own.add(frame);
      }
    }
    return own.toArray(StackTraceElement[]::new);
  }

  private boolean isUsers(StackTraceElement frame) {
    String name = frame.getClassName();
    if (!UserCode.isUser(frame) || OTHERS.stream().anyMatch(name::startsWith)) {
      return false;
    }
    Class<?> type = named(name);
    return type == null || !kit.equals(origin(type));
  }

  private @Nullable Class<?> named(String name) {
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException | LinkageError unknown) {
      return null;
    }
  }

  /** Where a class comes from; empty for the JDK's own. */
  private static String origin(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null
        ? ""
        : source.getLocation().toExternalForm();
  }
}
