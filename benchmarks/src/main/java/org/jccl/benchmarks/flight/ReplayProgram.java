package org.jccl.benchmarks.flight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jccl.ops.Operation;

/**
 * A program in Java that makes recorded calls again on the simulator, as {@link Rerun} does: to
 * look at, to step through, and to try a repair on. Nothing of the recording goes into it but names
 * that jccl knows, numbers, and lines of the program as comments.
 */
final class ReplayProgram {
  private static final int CALLS_A_METHOD = 200;
  private static final int MOST_COMMENT = 160;

  private static final String HEAD =
      """
      import static org.jccl.DataType.*;
      import static org.jccl.ReduceOp.*;
      import static org.jccl.ops.Operation.*;

      import java.util.ArrayList;
      import java.util.List;
      import org.jccl.Collectives;
      import org.jccl.Communicator;
      import org.jccl.CommunicatorConfig;
      import org.jccl.DataType;
      import org.jccl.DeviceBuffer;
      import org.jccl.Rank;
      import org.jccl.Ranks;
      import org.jccl.RanksFailedException;
      import org.jccl.ReduceOp;
      import org.jccl.ReportedMisuse;
      import org.jccl.ops.Operation;
      import org.jccl.sim.Simulator;
      import org.jccl.spi.Calls;

      """;

  private static final String FRAME =
      """

        public static void main(String[] args) {
          try (Simulator simulator =
              Simulator.builder().devices(RANKS).warnings(line -> {}).build()) {
            CommunicatorConfig config =
                CommunicatorConfig.builder().name("recorded").warmUp(false).build();
            try {
              Ranks.run(
                  simulator.backend(), RANKS, config, List.of(), rank -> new CLASS(rank).run());
            } catch (RanksFailedException | ReportedMisuse failed) {
              if (simulator.findings().isEmpty()) {
                throw failed;
              }
            }
            for (ReportedMisuse found : simulator.findings()) {
              System.out.println(found.getMessage());
            }
            if (simulator.findings().isEmpty()) {
              System.out.println("nothing is reported");
            }
          }
        }

        private final Communicator comm;
        private final List<DeviceBuffer> buffers = new ArrayList<>();

        private CLASS(Rank rank) {
          comm = rank.communicator();
        }

        private void run() {
          try {
            calls();
            comm.defaultStream().synchronize();
          } finally {
            buffers.forEach(DeviceBuffer::close);
          }
        }

        private void call(
            Collectives on, Operation operation, DataType type, long count, ReduceOp op, int root) {
          int n = comm.worldSize();
          DeviceBuffer send = null;
          DeviceBuffer recv = null;
          if (operation.sendsAt(comm.rank(), root)) {
            send = buffer(type, operation.sendElements(count, n));
          }
          if (operation.receivesAt(comm.rank(), root)) {
            recv = buffer(type, operation.receiveElements(count, n));
          }
          Calls.issue(on, operation, send, recv, op, root);
        }

        private DeviceBuffer buffer(DataType type, long elements) {
          DeviceBuffer made = comm.device().allocate(type, elements);
          made.fill((byte) 0, comm.defaultStream());
          buffers.add(made);
          return made;
        }
      """;

  private final StringBuilder text = new StringBuilder();
  private final String className;
  private final RecordedCalls calls;

  private ReplayProgram(String className, RecordedCalls calls) {
    this.className = className;
    this.calls = calls;
  }

  /** Nothing was recorded. */
  static String empty(String className) {
    return "final class " + className + " {\n  public static void main(String[] args) {}\n}\n";
  }

  static String of(String className, Meeting meeting) {
    RecordedCalls calls = RecordedCalls.of(meeting);
    ReplayProgram program = new ReplayProgram(className, calls);
    String obstacle = calls.shapeObstacle();
    program.head(meeting, obstacle);
    if (obstacle.isEmpty()) {
      program.ranks(meeting);
    } else {
      program.text.append("\n  private void calls() {}\n");
    }
    return program.text.append("}\n").toString();
  }

  private void head(Meeting meeting, String obstacle) {
    text.append("// Written by jccl explain: the calls that the ranks of ");
    text.append(comment(meeting.name())).append(" have recorded.\n");
    if (calls.first() > 0) {
      text.append("// It begins with collective #").append(calls.first());
      text.append(", the first that all ranks have kept: numbers in reports begin anew there.\n");
    }
    TreeSet<Integer> missing = meeting.missing();
    if (!missing.isEmpty()) {
      text.append("// There is no recording of ").append(Explanation.ranks(missing));
      text.append(": they call nothing here.\n");
    }
    if (!obstacle.isEmpty()) {
      text.append("// The calls cannot be made again: ").append(comment(obstacle)).append(".\n");
    }
    text.append(HEAD);
    text.append("public final class ").append(className).append(" {\n");
    int ranks = obstacle.isEmpty() ? calls.worldSize() : 1;
    text.append("  private static final int RANKS = ").append(ranks).append(";\n");
    text.append(FRAME.replace("CLASS", className));
  }

  /** One statement, and of how many calls in a row it is. */
  private static final class Statement {
    final String code;
    final String place;
    int times = 1;

    Statement(String code, String place) {
      this.code = code;
      this.place = place;
    }
  }

  /** Ranks that make the same calls share their methods. */
  private void ranks(Meeting meeting) {
    Map<String, List<Integer>> alike = new LinkedHashMap<>();
    Map<String, List<Statement>> statements = new LinkedHashMap<>();
    for (int rank : meeting.ends().keySet()) {
      List<Statement> all = statements(rank);
      String key = all.stream().map(each -> each.times + each.code).collect(Collectors.joining());
      alike.computeIfAbsent(key, unknown -> new ArrayList<>()).add(rank);
      statements.putIfAbsent(key, all);
    }
    text.append("\n  private void calls() {\n    switch (comm.rank()) {\n");
    StringBuilder methods = new StringBuilder();
    alike.forEach(
        (key, ranks) -> {
          List<Statement> all = Objects.requireNonNull(statements.get(key));
          String name = "callsOfRank" + ranks.getFirst();
          text.append("      case ");
          text.append(ranks.stream().map(String::valueOf).collect(Collectors.joining(", ")));
          text.append(" -> ").append(name).append("();\n");
          methods(name, all, methods);
        });
    text.append("      default -> {}\n    }\n  }\n").append(methods);
  }

  private static void methods(String name, List<Statement> all, StringBuilder into) {
    int parts = Math.ceilDiv(all.size(), CALLS_A_METHOD);
    into.append("\n  private void ").append(name).append("() {\n");
    for (int part = 0; part < parts && parts > 1; part++) {
      into.append("    ").append(name).append("Part").append(part).append("();\n");
    }
    for (int part = 0; part < parts; part++) {
      if (parts > 1) {
        into.append(part == 0 ? "  }\n" : "");
        into.append("\n  private void ").append(name).append("Part").append(part).append("() {\n");
      }
      int begin = part * CALLS_A_METHOD;
      for (Statement each : all.subList(begin, Math.min(all.size(), begin + CALLS_A_METHOD))) {
        statement(each, into);
      }
      into.append(parts > 1 ? "  }\n" : "");
    }
    into.append(parts > 1 ? "" : "  }\n");
  }

  private static void statement(Statement each, StringBuilder into) {
    into.append(each.place.isEmpty() ? "" : "    // " + each.place + "\n");
    if (each.times > 1) {
      into.append("    for (int i = 0; i < ").append(each.times).append("; i++) {\n");
      into.append(each.code.indent(2)).append("    }\n");
    } else {
      into.append(each.code);
    }
  }

  private List<Statement> statements(int rank) {
    List<Statement> all = new ArrayList<>();
    for (List<Flight.Entry> group : calls.groups(rank)) {
      StringBuilder code = new StringBuilder();
      boolean isGroup = group.size() > 1;
      code.append(isGroup ? "    comm.group(\n        group -> {\n" : "");
      for (Flight.Entry call : group) {
        code.append(isGroup ? "          call(group, " : "    call(comm, ");
        code.append(arguments(call)).append(");\n");
      }
      code.append(isGroup ? "        });\n" : "");
      Statement last = all.isEmpty() ? null : all.getLast();
      if (last != null && last.code.contentEquals(code)) {
        last.times++;
      } else {
        all.add(new Statement(code.toString(), place(group.getFirst())));
      }
    }
    return all;
  }

  private static String place(Flight.Entry call) {
    String number = (call.isMessage() ? "message #" : "#") + call.number();
    return number + comment(call.place());
  }

  private static String arguments(Flight.Entry call) {
    Operation operation = Objects.requireNonNull(RecordedCalls.operation(call));
    return operation.name()
        + ", "
        + Objects.requireNonNull(RecordedCalls.type(call)).name()
        + ", "
        + call.count()
        + "L, "
        + Rerun.reduction(call).name()
        + ", "
        + Math.max(0, call.rootOrPeer());
  }

  /** A text of the recording as a comment: no end of line, and none that an escape would make. */
  private static String comment(String recorded) {
    String plain = recorded.replaceAll("[^ -~]|\\\\", "?");
    return plain.length() <= MOST_COMMENT ? plain : plain.substring(0, MOST_COMMENT) + "...";
  }
}
