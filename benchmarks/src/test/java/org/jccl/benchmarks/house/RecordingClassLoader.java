package org.jccl.benchmarks.house;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/**
 * Loads jccl a second time, with one call added at the beginning of every method: {@link
 * EnteredFiles#enter} with the method's source file. A nested class and a lambda belong to the file
 * that they stand in. A method that only hands out or keeps a value reports nothing, and neither do
 * the suite's classes and these.
 */
final class RecordingClassLoader extends ClassLoader {
  private static final String HOUSE = "org.jccl.";
  private static final ClassDesc ENTERED = EnteredFiles.class.describeConstable().orElseThrow();
  private static final MethodTypeDesc ENTER =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String);

  /** Frames of the changed methods need to know who extends whom. */
  private static final ClassHierarchyResolverOption KNOWS_THE_HOUSE =
      ClassHierarchyResolverOption.of(
          ClassHierarchyResolver.ofResourceParsing(RecordingClassLoader.class.getClassLoader())
              .orElse(ClassHierarchyResolver.defaultResolver()));

  RecordingClassLoader() {
    super(RecordingClassLoader.class.getClassLoader());
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(HOUSE) || name.equals(EnteredFiles.class.getName())) {
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
      byte[] bytes = reports(name) ? reporting(original, fileOf(name)) : original;
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static boolean reports(String name) {
    return !name.startsWith("org.jccl.conformance.") && !name.startsWith("org.jccl.benchmarks.");
  }

  private static String fileOf(String name) {
    int nested = name.indexOf('$');
    String outer = nested < 0 ? name : name.substring(0, nested);
    return outer.substring(HOUSE.length());
  }

  private static byte[] reporting(byte[] original, String file) {
    ClassFile files = ClassFile.of(KNOWS_THE_HOUSE);
    return files.transformClass(
        files.parse(original),
        ClassTransform.transformingMethodBodies(
            RecordingClassLoader::doesSomething, new Entering(file)));
  }

  /** False for a method that only hands out or keeps a value: nobody opens a file for it. */
  private static boolean doesSomething(MethodModel method) {
    return method.code().stream()
        .flatMap(CodeModel::elementStream)
        .anyMatch(
            element ->
                element instanceof InvokeInstruction
                    || element instanceof InvokeDynamicInstruction
                    || element instanceof BranchInstruction
                    || element instanceof OperatorInstruction
                    || element instanceof ArrayStoreInstruction
                    || element instanceof ThrowInstruction);
  }

  /** Puts the report in front of a method's own code. */
  private record Entering(String file) implements CodeTransform {
    @Override
    public void atStart(CodeBuilder code) {
      code.loadConstant(file).invokestatic(ENTERED, "enter", ENTER);
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      code.with(element);
    }
  }
}
