package org.jccl.conformance.harness;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jccl.MisuseKind;

/** What a rule's test does on purpose, so that the {@link Validator} finds it. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Expects {
  /** The kinds of misuse that it provokes; an ordered simulator must report each of them. */
  MisuseKind[] reports() default {};

  /** Why it leaves something open; empty if it does not. */
  String leaves() default "";
}
