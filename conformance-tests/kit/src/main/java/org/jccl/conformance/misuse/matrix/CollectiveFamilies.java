package org.jccl.conformance.misuse.matrix;

import static org.jccl.MisuseKind.GROUP_SHAPE;
import static org.jccl.MisuseKind.MISMATCH;
import static org.jccl.MisuseKind.MISSING_RANK;
import static org.jccl.ResultCode.INVALID_ARGUMENT;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jccl.CallConfig;
import org.jccl.Collectives;
import org.jccl.DataType;
import org.jccl.ReduceOp;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jccl.conformance.misuse.matrix.Marks.Role;
import org.jccl.ops.NcclFunction;

/** SIM-01 to SIM-08, SIM-17, SIM-67 and SIM-68: ranks that disagree about a collective. */
final class CollectiveFamilies {

  private CollectiveFamilies() {}

  static List<Family> all() {
    return List.of(
        argument("SIM-01", "count", Form.ALL, a -> a.count(Scene.COUNT + 1)),
        argument("SIM-02", "type of what is moved", Form.MOVING, a -> a.type(DataType.INT32)),
        argument("SIM-03", "type of what is reduced", Form.REDUCING, a -> a.type(DataType.INT32)),
        argument("SIM-03", "type and size", Form.REDUCING, a -> a.type(DataType.FLOAT64)),
        argument("SIM-04", "reduction", Form.REDUCING, a -> a.by(ReduceOp.MAX)),
        argument("SIM-05", "root", Form.ROOTED, a -> a.root(1)),
        argument("SIM-08", "count zero", Form.ALL, a -> a.count(0)),
        Family.of(
                "SIM-67",
                "configuration",
                MISMATCH,
                Form.ALL.size(),
                CollectiveFamilies::configured)
            .since(NcclFunction.ALL_REDUCE_CONFIG.since()),
        Family.of("SIM-67", "no configuration", MISMATCH, 5, CollectiveFamilies::bare)
            .since(NcclFunction.ALL_REDUCE_CONFIG.since()),
        Family.of("SIM-68", "selection", INVALID_ARGUMENT, 6, CollectiveFamilies::selecting)
            .or(Family.REFUSAL)
            .since(NcclFunction.ALL_REDUCE_CONFIG.since()),
        Family.of("SIM-06", "operation", MISMATCH, 8, CollectiveFamilies::otherOperation),
        Family.of("SIM-06", "order", MISMATCH, 8, CollectiveFamilies::otherOrder),
        Family.of("SIM-06", "one call more", MISSING_RANK, 3, CollectiveFamilies::oneMore),
        Family.of("SIM-06", "barrier for a sum", MISMATCH, 4, CollectiveFamilies::barrier),
        Family.of("SIM-07", "a rank never calls", MISSING_RANK, 5, CollectiveFamilies::missing),
        Family.of("SIM-17", "shape of groups", GROUP_SHAPE, 4, CollectiveFamilies::shape)
            .without(Axis.GROUP));
  }

  /** The odd rank gives other limits, and another tag, which it may. */
  private static void configured(Scene s, boolean wrong) {
    boolean odd = s.isOdd();
    CallConfig.Builder config = CallConfig.builder().ctas(1, wrong && odd ? 3 : 4);
    Ask ask = s.ask(Form.ALL.get(s.way())).config(config.profilerTag(odd ? 7 : 0).build()).ready();
    s.issue(odd ? ask::guilty : ask::side);
    s.settle();
  }

  /** The odd rank makes the plain call; right, it has a configuration that sets nothing. */
  private static void bare(Scene s, boolean wrong) {
    boolean odd = s.isOdd();
    CallConfig.Builder config = CallConfig.builder();
    Ask ask = s.ask(Form.ALL.get(s.way()));
    if (!odd) {
      ask.config((wrong ? config.algorithms("ring") : config).build());
    }
    Ask ready = ask.ready();
    s.issue(odd ? ready::guilty : ready::side);
    s.settle();
  }

  /** The odd rank alone calls, with a selection that leaves nothing; else all, with another. */
  private static void selecting(Scene s, boolean wrong) {
    Form form = s.way() == 2 ? Form.ALL_GATHER : s.way() == 3 ? Form.ALL_TO_ALL : Form.ALL_REDUCE;
    String nothing =
        List.of("collnet", "no_such", "tree", "ring", "symk_", "ring+^ring").get(s.way());
    boolean forced = wrong || (s.way() != 1 && s.way() != 3);
    String names = wrong || !forced ? nothing : s.way() == 0 ? "collnet,ring" : "ring";
    Ask ask =
        s.ask(form).config(CallConfig.builder().algorithms(names).forced(forced).build()).ready();
    if (!wrong || s.isOdd()) {
      s.issue(s.isOdd() ? ask::guilty : ask::side);
    }
    s.settle();
  }

  /** The odd rank gives another argument. */
  private static Family argument(
      String rule, String name, List<Form> forms, UnaryOperator<Ask> other) {
    return Family.of(
        rule,
        name,
        MISMATCH,
        forms.size(),
        (s, wrong) -> {
          Ask ask = s.ask(forms.get(s.way()));
          boolean odd = s.isOdd();
          Ask ready = (wrong && odd ? other.apply(ask) : ask).ready();
          s.issue(odd ? ready::guilty : ready::side);
          s.settle();
        });
  }

  private static void otherOperation(Scene s, boolean wrong) {
    int form = wrong && s.isOdd() ? s.way() + 1 : s.way();
    Ask ask = s.ask(Form.ALL.get(form % Form.ALL.size())).ready();
    s.issue(s.isOdd() ? ask::guilty : ask::side);
    s.settle();
  }

  /** Two calls, which the odd rank makes the other way round. */
  private static void otherOrder(Scene s, boolean wrong) {
    boolean odd = s.isOdd();
    Ask first = s.ask(Form.ALL.get(s.way())).ready();
    Ask second = s.ask(Form.ALL.get((s.way() + 3) % Form.ALL.size())).ready();
    Ask before = wrong && odd ? second : first;
    Ask after = wrong && odd ? first : second;
    s.issue(
        c -> {
          before.make(c, odd ? Role.GUILTY : Role.SIDE, odd);
          after.make(c);
        });
    s.settle();
  }

  /** The odd rank calls once more than all others. */
  private static void oneMore(Scene s, boolean wrong) {
    Form form = Form.MEETING.get(s.way());
    Ask ask = s.ask(form).ready();
    Ask more = s.ask(form).ready();
    if (!s.isOdd()) {
      s.absent(Role.GUILTY);
    }
    s.issue(
        c -> {
          ask.make(c);
          if (wrong && s.isOdd()) {
            more.guilty(c);
          }
        });
    s.settle();
  }

  /** A barrier of the library meets a sum of one number. */
  private static void barrier(Scene s, boolean wrong) {
    Ask sum = s.ask().type(DataType.INT32).count(1).ready();
    boolean barrier = s.way() % 2 == 0 == s.isOdd();
    s.issue(
        c -> {
          if (!wrong || barrier) {
            (s.isOdd() ? s.guilty(c) : s.side(c)).barrier(s.stream());
          } else {
            sum.make(c, s.isOdd() ? Role.GUILTY : Role.SIDE, s.isOdd());
          }
        });
    s.settle();
  }

  private static void missing(Scene s, boolean wrong) {
    Ask ask = s.ask(Form.MEETING.get(s.way() % Form.MEETING.size())).ready();
    if (wrong && s.isOdd()) {
      s.absent(Role.GUILTY);
      return;
    }
    s.issue(ask::side);
    s.settle();
  }

  /** Two sums, in a group or not. */
  private static void shape(Scene s, boolean wrong) {
    Ask one = s.ask(Form.REDUCING.get(s.way() % 3)).ready();
    Ask other = s.ask(Form.ALL.get(s.way())).ready();
    boolean grouped = s.way() % 2 == 0 != (wrong && s.isOdd());
    Consumer<Collectives> both =
        c -> {
          one.make(c, s.isOdd() ? Role.GUILTY : Role.SIDE, s.isOdd());
          other.make(c);
        };
    s.issue(
        c -> {
          if (grouped) {
            s.comm().group(both);
          } else {
            both.accept(c);
          }
        });
    s.settle();
  }
}
