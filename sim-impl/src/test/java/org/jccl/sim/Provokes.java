package org.jccl.sim;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jccl.MisuseKind;

/** What a test does on purpose, so that the {@link SimulatorValidator} finds it. */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Provokes {
  /** The kinds of reports that its simulators give. */
  MisuseKind[] reports() default {};

  /** Why it leaves something open, or a rank that waits; empty if it does not. */
  String leaves() default "";

  /** Who judges what its simulators say, where that is neither of the two; empty for nobody. */
  String judgedBy() default "";
}
