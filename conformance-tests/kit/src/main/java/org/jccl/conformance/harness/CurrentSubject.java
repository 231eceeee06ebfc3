package org.jccl.conformance.harness;

/**
 * The subject that the rules on this thread are about: the one that a run has chosen, or, where a
 * rule is started alone, as an IDE does, the one that {@link Options#SUBJECT} names.
 */
public final class CurrentSubject {
  private static final ScopedValue<Subject> CHOSEN = ScopedValue.newInstance();

  private CurrentSubject() {}

  /** The subject. */
  public static Subject get() {
    return CHOSEN.isBound() ? CHOSEN.get() : Subjects.named(Options.subject());
  }

  /** Runs {@code body} with rules about {@code subject}. */
  public static void with(Subject subject, Runnable body) {
    ScopedValue.where(CHOSEN, subject).run(body);
  }
}
