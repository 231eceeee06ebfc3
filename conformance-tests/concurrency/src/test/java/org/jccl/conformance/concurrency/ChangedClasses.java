package org.jccl.conformance.concurrency;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * jccl, loaded a second time with a change in some classes: what is right must pass, and the same
 * with its locks taken out or its atomic steps cut in two must be caught.
 */
final class ChangedClasses extends ClassLoader {
  private static final ClassHierarchyResolverOption KNOWS_JCCL =
      ClassHierarchyResolverOption.of(
          ClassHierarchyResolver.ofResourceParsing(ChangedClasses.class.getClassLoader())
              .orElse(ClassHierarchyResolver.defaultResolver()));
  private static final ClassDesc REPLACEMENTS =
      Replacements.class.describeConstable().orElseThrow();

  private final Map<String, CodeTransform> changes = new TreeMap<>();

  ChangedClasses() {
    super(ChangedClasses.class.getClassLoader());
    changes.put("org.jccl.sim.kernel.RankPrograms", ChangedClasses::onPlatformThreads);
  }

  /** Takes all {@code synchronized} blocks out of a class. */
  ChangedClasses withoutLocks(String name) {
    return changed(
        name,
        (code, element) -> {
          if (element instanceof MonitorInstruction) {
            code.pop();
          } else {
            code.with(element);
          }
        });
  }

  /** Calls of {@code owner.method} in a class go to the {@link Replacements} of that name. */
  ChangedClasses with(String name, Class<?> owner, String method, String replacement) {
    ClassDesc of = owner.describeConstable().orElseThrow();
    return changed(
        name,
        (code, element) -> {
          if (element instanceof InvokeInstruction call
              && call.owner().asSymbol().equals(of)
              && call.name().equalsString(method)) {
            MethodTypeDesc type = call.typeSymbol();
            boolean isStatic = call.opcode() == Opcode.INVOKESTATIC;
            code.invokestatic(
                REPLACEMENTS, replacement, isStatic ? type : type.insertParameterTypes(0, of));
          } else {
            code.with(element);
          }
        });
  }

  private ChangedClasses changed(String name, CodeTransform change) {
    changes.merge(name, change, CodeTransform::andThen);
    return this;
  }

  /** Fray knows no virtual threads: ranks run on platform threads. */
  private static void onPlatformThreads(java.lang.classfile.CodeBuilder code, CodeElement element) {
    if (element instanceof InvokeInstruction call && speaksOfVirtualThreads(call)) {
      ClassDesc owner = platform(call.owner().asSymbol());
      MethodTypeDesc type =
          call.typeSymbol().changeReturnType(platform(call.typeSymbol().returnType()));
      if (call.opcode() == Opcode.INVOKESTATIC) {
        code.invokestatic(owner, "ofPlatform", type);
      } else {
        code.invokeinterface(owner, call.name().stringValue(), type);
      }
    } else {
      code.with(element);
    }
  }

  private static final ClassDesc VIRTUAL =
      Thread.Builder.OfVirtual.class.describeConstable().orElseThrow();

  private static boolean speaksOfVirtualThreads(InvokeInstruction call) {
    return call.owner().asSymbol().equals(VIRTUAL)
        || call.typeSymbol().returnType().equals(VIRTUAL);
  }

  private static ClassDesc platform(ClassDesc type) {
    return type.equals(VIRTUAL)
        ? Thread.Builder.OfPlatform.class.describeConstable().orElseThrow()
        : type;
  }

  /** Makes programs of that class, over the changed classes. */
  Supplier<Runnable> programs(Class<? extends Runnable> type) {
    try {
      Class<?> own = loadClass(type.getName());
      return () -> {
        try {
          return (Runnable) own.getConstructor().newInstance();
        } catch (ReflectiveOperationException unusable) {
          throw new AssertionError(unusable);
        }
      };
    } catch (ClassNotFoundException missing) {
      throw new AssertionError(missing);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("org.jccl.") || name.equals(Replacements.class.getName())) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] original = in.readAllBytes();
      CodeTransform change = changes.get(name);
      byte[] bytes = change == null ? original : changed(original, change);
      if (change != null && Arrays.equals(bytes, changed(original, CodeTransform.ACCEPT_ALL))) {
        throw new AssertionError("nothing of " + name + " fits the change: has it moved?");
      }
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static byte[] changed(byte[] original, CodeTransform change) {
    ClassFile files = ClassFile.of(KNOWS_JCCL);
    return files.transformClass(
        files.parse(original), ClassTransform.transformingMethodBodies(change));
  }
}
