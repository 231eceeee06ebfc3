package org.jccl.fidelity.golden;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.data.Fold;
import org.jspecify.annotations.Nullable;

/** The names that calls have in recordings. */
final class Labels {
  private Labels() {}

  /** {@code allreduce}, {@code reduce_scatter}, {@code send_recv}. */
  static String of(CallForm form) {
    if (form.isExchange()) {
      return "send_recv";
    }
    String label = form.operation().label();
    return label.equals("all_reduce") ? "allreduce" : label;
  }

  static @Nullable CallForm form(String label) {
    return named(CallForm.EVEN, Labels::of, label);
  }

  /** {@code sum}, {@code premul}, {@code copy}. */
  static String of(Fold fold) {
    return fold == Fold.SCALED_SUM ? "premul" : fold.label();
  }

  static @Nullable Fold fold(String label) {
    return named(List.of(Fold.values()), Labels::of, label);
  }

  /** {@code plain}, {@code registered}, {@code window}. */
  static String of(MemoryKind memory) {
    return memory.name().toLowerCase(Locale.ROOT);
  }

  static @Nullable MemoryKind memory(String label) {
    return named(List.of(MemoryKind.values()), Labels::of, label);
  }

  private static <T> @Nullable T named(List<T> all, Function<T, String> name, String label) {
    return all.stream().filter(each -> name.apply(each).equals(label)).findFirst().orElse(null);
  }
}
