package org.jccl.fidelity.differential;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.engine.HostRoom;
import org.jccl.conformance.engine.Observation;
import org.jccl.conformance.engine.Prepared;
import org.jccl.conformance.engine.Runner;
import org.jccl.conformance.engine.Runner.Failures;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Subjects;
import org.jccl.conformance.harness.Worlds;

/**
 * A program as a Java class, and what that class calls. The class holds the program as a value, so
 * that the engine that found a difference shows it again.
 */
public final class Reproduction {
  /** What the class is called. */
  static final String CLASS_NAME = "Reproducer";

  private final Set<String> imports = new TreeSet<>();

  private Reproduction() {}

  /** The source of a class called {@link #CLASS_NAME} that runs a program of either kind. */
  public static String of(Record program) {
    Reproduction made = new Reproduction();
    String value = made.expression(program, "          ");
    StringBuilder text = new StringBuilder();
    made.imports.add(Reproduction.class.getName());
    made.imports.add(List.class.getName());
    made.imports.forEach(name -> text.append("import ").append(name).append(";\n"));
    text.append("\n// Takes the name of a backend: java -cp 'lib/*' Reproducer.java nccl\n");
    program.toString().lines().forEach(line -> text.append("// ").append(line).append('\n'));
    return text.append("public final class ")
        .append(CLASS_NAME)
        .append(" {\n  public static final ")
        .append(program.getClass().getSimpleName())
        .append(" PROGRAM =\n      ")
        .append(value)
        .append(";\n\n  public static void main(String[] args) {\n    Reproduction.run(PROGRAM,")
        .append(" args.length > 0 ? args[0] : \"sim\").forEach(System.out::println);\n  }\n}\n")
        .toString();
  }

  /** What each rank observes of a program on the backend of that name. */
  public static List<String> run(Record program, String backend) {
    return run(program, Subjects.named(backend));
  }

  static List<String> run(Record program, Subject subject) {
    Worlds worlds = new Worlds(subject);
    try {
      List<String> seen = new ArrayList<>();
      for (String each : observed(program, worlds)) {
        seen.add("rank " + seen.size() + " " + each);
      }
      return seen;
    } finally {
      worlds.close();
    }
  }

  private static List<String> observed(Record program, Worlds worlds) {
    if (program instanceof LifecycleProgram life) {
      return LifecycleComparison.notes(worlds, life).stream().map(List::toString).toList();
    }
    Prepared prepared = Prepared.of((Program) program);
    return Runner.run(worlds, prepared, Failures.NOTED, new HostRoom()).stream()
        .map(Reproduction::words)
        .toList();
  }

  private static String words(Observation observed) {
    CRC32 crc = new CRC32();
    crc.update(observed.memory().asByteBuffer());
    return observed.notes() + ", memory " + Long.toHexString(crc.getValue());
  }

  // ---------------------------------------------------------------- values as Java

  private String expression(Object value, String indent) {
    return switch (value) {
      case Record made -> {
        String more = indent + "  ";
        List<String> parts = new ArrayList<>();
        for (RecordComponent each : made.getClass().getRecordComponents()) {
          parts.add(expression(component(made, each), more));
        }
        yield "new " + name(made.getClass()) + "(" + String.join(", ", parts) + ")";
      }
      case List<?> list ->
          list.stream()
              .map(each -> (each instanceof Record ? "\n" + indent : "") + expression(each, indent))
              .collect(Collectors.joining(", ", "List.of(", ")"));
      case Enum<?> constant -> name(constant.getDeclaringClass()) + "." + constant.name();
      case Long number -> number + "L";
      default -> value.toString(); // int or boolean
    };
  }

  private static Object component(Record made, RecordComponent component) {
    try {
      return component.getAccessor().invoke(made);
    } catch (ReflectiveOperationException hidden) {
      throw new IllegalStateException("a program has only public parts", hidden);
    }
  }

  /** A class's name in the source, which imports the outermost one. */
  private String name(Class<?> type) {
    Class<?> outer = type;
    while (outer.getDeclaringClass() != null) {
      outer = outer.getDeclaringClass();
    }
    imports.add(outer.getName());
    return type.getName().substring(outer.getPackageName().length() + 1).replace('$', '.');
  }
}
