package org.jccl.sim.check;

import java.io.IOException;
import java.io.InputStream;
import java.lang.StackWalker.StackFrame;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.ThrowInstruction;

/**
 * Whether a thread cleans up behind an exception that it is about to throw on: in a {@code
 * finally}, at the end of a try-with-resources, or in a {@code catch} that throws what it has
 * caught. Java tells nobody, but compilers write such code as a handler that keeps the exception in
 * a variable and ends by throwing it; so the place in the code tells. Slow, for reports only.
 */
final class Unwinding {
  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private static final int MOST_FRAMES = 64;

  private Unwinding() {}

  /** Whether the calling thread does. False where the code of a class cannot be read. */
  static boolean isUnderWay() {
    return WALKER.walk(frames -> frames.limit(MOST_FRAMES).anyMatch(Unwinding::isInHandler));
  }

  private static boolean isInHandler(StackFrame frame) {
    Class<?> owner = frame.getDeclaringClass();
    if (frame.getByteCodeIndex() < 0 || owner.getClassLoader() == null || owner.isHidden()) {
      return false;
    }
    String file = owner.getName().substring(owner.getName().lastIndexOf('.') + 1) + ".class";
    try (InputStream bytes = owner.getResourceAsStream(file)) {
      return bytes != null && isInHandler(frame, bytes.readAllBytes());
    } catch (IOException | IllegalArgumentException unreadable) {
      return false;
    }
  }

  private static boolean isInHandler(StackFrame frame, byte[] bytes) {
    for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
      if (method.methodName().equalsString(frame.getMethodName())
          && method.methodType().equalsString(frame.getDescriptor())) {
        CodeAttribute code = method.findAttribute(Attributes.code()).orElse(null);
        return code != null && isInHandler(code, frame.getByteCodeIndex());
      }
    }
    return false;
  }

  private static boolean isInHandler(CodeAttribute code, int at) {
    for (ExceptionCatch handler : code.exceptionHandlers()) {
      int begin = code.labelToBci(handler.handler());
      if (begin <= at && at < rethrownAt(code, begin)) {
        return true;
      }
    }
    return false;
  }

  /** Where a handler throws what it has caught, or -1. */
  private static int rethrownAt(CodeAttribute code, int begin) {
    int bci = 0;
    int variable = -1;
    boolean isLoaded = false;
    for (CodeElement element : code) {
      if (!(element instanceof Instruction instruction)) {
        continue;
      }
      if (bci == begin) {
        if (!(instruction instanceof StoreInstruction kept)) {
          return -1;
        }
        variable = kept.slot();
      } else if (bci > begin) {
        if (instruction instanceof ThrowInstruction && isLoaded) {
          return bci;
        }
        if (instruction instanceof StoreInstruction other && other.slot() == variable) {
          return -1;
        }
        isLoaded = instruction instanceof LoadInstruction load && load.slot() == variable;
      }
      bci += instruction.sizeInBytes();
    }
    return -1;
  }
}
