package org.jccl.sim.explore;

import java.lang.reflect.Modifier;
import java.util.List;

/**
 * The program of a JUnit class that is written for it, in the same package.
 *
 * @param className the binary name of its class, which has a public constructor without arguments
 * @param sourceName what the class is called in source; empty if source of its package cannot name
 *     it
 * @param args what ranks are given as arguments
 */
public record TestedProgram(String className, String sourceName, List<String> args) {
  /** Keeps a copy. */
  public TestedProgram {
    args = List.copyOf(args);
  }

  /**
   * {@return the program}
   *
   * @param type its class
   * @param args what ranks are given as arguments
   */
  public static TestedProgram of(Class<?> type, List<String> args) {
    String name = type.getCanonicalName();
    return new TestedProgram(type.getName(), name == null || isHidden(type) ? "" : name, args);
  }

  /** Whether it lies in a private class; its own constructor is public. */
  private static boolean isHidden(Class<?> type) {
    for (Class<?> each = type; each != null; each = each.getEnclosingClass()) {
      if (Modifier.isPrivate(each.getModifiers())) {
        return true;
      }
    }
    return false;
  }

  /** {@return the package of its class; empty for the unnamed one} */
  public String packageName() {
    return className.substring(0, Math.max(className.lastIndexOf('.'), 0));
  }

  /** {@return the last part of its name} */
  public String simpleName() {
    String name = sourceName.isEmpty() ? className : sourceName;
    int cut = Math.max(name.lastIndexOf('.'), sourceName.isEmpty() ? name.lastIndexOf('$') : -1);
    return name.substring(cut + 1);
  }

  /**
   * {@return what makes a new object of it, as an argument of a method that takes a {@link
   * java.util.concurrent.Callable}}
   *
   * @param lines the source so far: a class without a package cannot be named where another of that
   *     name is imported
   */
  public String maker(List<String> lines) {
    int dot = sourceName.indexOf('.');
    String outermost = dot < 0 ? sourceName : sourceName.substring(0, dot);
    boolean isNamed =
        !sourceName.isEmpty()
            && (!packageName().isEmpty()
                || lines.stream()
                    .noneMatch(
                        each ->
                            each.startsWith("import ") && each.endsWith("." + outermost + ";")));
    return isNamed
        ? sourceName + "::new"
        : "() -> (org.jccl.RankProgram)\n            Class.forName("
            + ReplayClass.literals(List.of(className))
            + ").getConstructor().newInstance()";
  }
}
